export { WebPubSubModule } from './web-pubsub.module.js';
export type { WebPubSubModuleExtras } from './web-pubsub.module-definition.js';
export type {
  WebPubSubHubOptions,
  WebPubSubLimits,
  WebPubSubModuleOptions,
  WebPubSubRestOptions,
  WebPubSubWebSocketOptions,
} from './web-pubsub.options.js';

export { WebPubSubHub } from './hub/web-pubsub-hub.js';
export { WebPubSubGroup } from './hub/web-pubsub-group.js';
export { WebPubSubService } from './hub/web-pubsub.service.js';
export { HubRegistry } from './hub/hub.registry.js';
export type { SlowConsumerCounts } from './engine/slow-consumers.js';
export { getHubToken } from './hub/hub.tokens.js';
export type { BinaryMessage, HubMessage, JsonMessage } from './hub/message.types.js';
export type {
  AbortSignalLike,
  AddUserToGroupOptions,
  ClientTokenOptions,
  ClientTokenResult,
  CloseConnectionOptions,
  OperationOptions,
  Permission,
  PermissionOptions,
  CloseConnectionsOptions,
  ListConnectionsOptions,
  SendMessageOptions,
  SendToManyOptions,
  SendToUserOptions,
} from './drivers/operations/hub.operations.js';

export type { GroupMember } from './drivers/hub-driver.interface.js';
export {
  ConnectionList,
  type ConnectionPage,
  type ConnectionPageSettings,
} from './hub/connection.list.js';
export { withPrefixedActions } from './rest/openapi.document.js';
export { odata } from './filter/odata.js';

export { InjectHub } from './decorators/inject-hub.decorator.js';
export type {
  Dynamic,
  OperationCall,
  OperationContext,
  OperationDecoratorOptions,
  OperationTarget,
  OperationTargets,
} from './decorators/operations/operation.call.js';
export {
  AddConnectionsToGroups,
  CloseAllConnections,
  RemoveConnectionsFromGroups,
  SendToAll,
  type CloseConnectionsDecoratorOptions,
  type SendDecoratorOptions,
  type SendToManyDecoratorOptions,
  type SendToUserDecoratorOptions,
} from './decorators/operations/hub.decorators.js';
export {
  CloseConnection,
  ConnectionExists,
  RemoveConnectionFromAllGroups,
  SendToConnection,
  type CloseConnectionDecoratorOptions,
} from './decorators/operations/connections.decorators.js';
export {
  AddConnectionToGroup,
  CloseGroupConnections,
  ListConnectionsInGroup,
  type ListedConnections,
  GroupExists,
  RemoveConnectionFromGroup,
  SendToGroup,
} from './decorators/operations/groups.decorators.js';
export {
  AddUserToGroup,
  CloseUserConnections,
  RemoveUserFromAllGroups,
  RemoveUserFromGroup,
  SendToUser,
  UserExists,
  UserInGroup,
  type AddUserToGroupDecoratorOptions,
} from './decorators/operations/users.decorators.js';
export {
  CheckPermission,
  GrantPermission,
  RevokePermission,
  type PermissionDecoratorOptions,
} from './decorators/operations/permissions.decorators.js';
export { GenerateClientToken } from './decorators/operations/tokens.decorators.js';
export { CheckFailedException } from './decorators/operations/check-failed.exception.js';
export { ServiceHealthy } from './decorators/operations/health.decorators.js';

export { Hub } from './events/handlers/decorators/hub.decorator.js';
export {
  OnConnect,
  OnConnected,
  OnDisconnected,
  OnGroupJoined,
  OnGroupLeft,
  OnMessage,
  OnUserEvent,
} from './events/handlers/decorators/event.decorators.js';
export {
  Claims,
  ClientEvent,
  ConnectHeaders,
  Connection,
  ConnectQuery,
  EventData,
  State,
  UserId,
} from './events/handlers/decorators/parameter.decorators.js';
export { ConnectRequest, HubConnection } from './events/handlers/hub-connection.js';
export {
  HubConnectedEvent,
  HubConnectEvent,
  HubDisconnectedEvent,
  HubEvent,
  HubGroupEvent,
  HubUserEvent,
  type ConnectData,
  type DisconnectedData,
  type GroupData,
} from './events/handlers/hub-event.js';
export { EventResponse } from './events/handlers/event-response.js';
export type { ValueLists } from './events/handlers/value-lists.js';
export type { ConnectAnswer } from './events/handlers/answers/connect.answer.js';
export { ConnectRejection } from './events/handlers/answers/connect-rejection.exception.js';
export {
  UserEventReply,
  type UserEventReplyOptions,
} from './events/handlers/answers/user-event-reply.js';
export {
  WEB_PUBSUB_CONTEXT,
  WebPubSubExecutionContext,
  type HandlerArguments,
  type WebPubSubContextType,
} from './events/handlers/pipeline/execution-context.js';
export type { ConnectionState } from './events/connection-state.js';
export type { GroupEventName, SystemEventName } from './events/event-handler.interface.js';
export type { EventEnvelope, EventListener } from './events/listeners/event-listener.interface.js';
export type { ValidationFailure, ValidationResult } from './webhooks/sender/validation.js';
export { WebPubSubEventSettings, type WebhookValidation } from './web-pubsub.event-settings.js';
export type {
  WebPubSubEventHandlerOptions,
  WebPubSubEventListenerOptions,
  WebPubSubEventsOptions,
  WebPubSubReceiverOptions,
} from './configuration/events.options.js';
export type { AzureCredential, AzureOptions, AzureProxy } from './drivers/azure/azure.options.js';
export { isAzureEndpoint } from './drivers/azure/azure-endpoint.js';
export type { TokenClaims } from './auth/claims.js';
export type { EntraOptions } from './auth/entra.options.js';
export type { Metadata } from './engine/message.js';
export type { Payload, DataType } from './engine/payload.js';
export type {
  MqttConnectAnswer,
  MqttConnectionInfo,
  MqttConnectRefusal,
  MqttConnectRequest,
  MqttEnding,
  MqttEventRequest,
  MqttUserProperty,
} from './engine/ports/mqtt-events.interface.js';

export { AccessKeys, generateAccessKey } from './auth/access-key.js';
export {
  ConnectionStringError,
  formatConnectionString,
  parseConnectionString,
  type ConnectionString,
} from './auth/connection-string.js';

export { WebPubSubError, type WebPubSubErrorInit } from './errors/web-pubsub.error.js';
export {
  WebPubSubConfigurationError,
  type ConfigurationProblem,
} from './errors/configuration.error.js';
