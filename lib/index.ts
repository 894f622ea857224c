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
  SendMessageOptions,
  SendToManyOptions,
} from './drivers/operations/hub.operations.js';

export { InjectHub } from './decorators/inject-hub.decorator.js';
export type {
  Dynamic,
  OperationCall,
  OperationContext,
  OperationDecoratorOptions,
  OperationTarget,
} from './decorators/operations/operation.call.js';
export {
  SendToAll,
  type SendDecoratorOptions,
  type SendToManyDecoratorOptions,
} from './decorators/operations/hub.decorators.js';
export {
  CloseConnection,
  ConnectionExists,
  SendToConnection,
  type CloseConnectionDecoratorOptions,
} from './decorators/operations/connections.decorators.js';
export {
  AddConnectionToGroup,
  GroupExists,
  RemoveConnectionFromGroup,
  SendToGroup,
} from './decorators/operations/groups.decorators.js';
export {
  AddUserToGroup,
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
export { CheckFailedException } from './decorators/operations/check-failed.exception.js';
export { ServiceHealthy } from './decorators/operations/health.decorators.js';

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
