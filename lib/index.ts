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
