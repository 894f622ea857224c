import type { Type } from '@nestjs/common';
import { ConnectionsController } from './controllers/connections.controller.js';
import { GroupsController } from './controllers/groups.controller.js';
import { HealthController } from './controllers/health.controller.js';
import { HubController } from './controllers/hub.controller.js';
import { PermissionsController } from './controllers/permissions.controller.js';
import { UnroutedController } from './controllers/unrouted.controller.js';
import { UsersController } from './controllers/users.controller.js';

/** The REST API as Nest sees it. */
export const REST_CONTROLLERS: readonly Type[] = [
  HealthController,
  HubController,
  ConnectionsController,
  GroupsController,
  UsersController,
  PermissionsController,
  UnroutedController,
];
