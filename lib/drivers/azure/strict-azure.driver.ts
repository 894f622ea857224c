import type { HubDriver, SendOptions, WebPubSubDriver } from '../hub-driver.interface.js';
import type { Payload } from '../../engine/payload.js';
import {
  checkMetadata,
  contentTypeOf,
  noExplanation,
  noSlowConsumers,
  noRememberedGroups,
  pathName,
  permissionGroup,
  refuseOptions,
} from './azure.refusals.js';

/** An embedded driver that refuses what the cloud service lacks, in the same words (`strictAzure`). */
export class StrictAzureDriver implements WebPubSubDriver {
  constructor(private readonly driver: WebPubSubDriver) {}

  hub(name: string): HubDriver {
    return strict(this.driver.hub(name));
  }

  isHealthy(): Promise<boolean> {
    return this.driver.isHealthy();
  }
}

type Checks = {
  readonly [Name in keyof HubDriver]?: HubDriver[Name] extends (...args: infer Args) => unknown
    ? (...args: Args) => void
    : never;
};

const group = (name: string): unknown => pathName(name, 'group');
const user = (id: string): unknown => pathName(id, 'userId');
const connection = (id: string): unknown => pathName(id, 'connectionId');

function send(payload: Payload, { metadata }: SendOptions = {}): void {
  contentTypeOf(payload);
  if (metadata !== undefined) checkMetadata(metadata);
}

const permission: Checks['grantPermission'] = (_permission, id, name) => {
  permissionGroup(name);
  connection(id);
};

const membership = (name: string, id: string): void => {
  group(name);
  connection(id);
};

const userMembership = (name: string, id: string): void => {
  group(name);
  user(id);
};

/** What is looked at before an operation; those that are not here have nothing to refuse. */
const CHECKS: Checks = {
  sendToAll: send,
  sendToGroup: (name, payload, options) => {
    group(name);
    send(payload, options);
  },
  sendToUser: (id, payload, options = {}) => {
    refuseOptions(options, ['excluded'], 'sends to a user');
    user(id);
    send(payload, options);
  },
  sendToConnection: (id, payload, options = {}) => {
    refuseOptions(options, ['excluded', 'filter'], 'sends to a connection');
    connection(id);
    send(payload, options);
  },
  connectionExists: connection,
  groupExists: group,
  userExists: user,
  userExistsInGroup: (id, name) => userMembership(name, id),
  closeConnection: connection,
  closeGroupConnections: group,
  closeUserConnections: user,
  addConnectionToGroup: membership,
  removeConnectionFromGroup: membership,
  removeConnectionFromAllGroups: connection,
  listConnectionsInGroup: group,
  addUserToGroup: userMembership,
  removeUserFromGroup: userMembership,
  removeUserFromAllGroups: user,
  rememberUserInGroup: () => {
    throw noRememberedGroups();
  },
  grantPermission: permission,
  revokePermission: permission,
  checkPermission: permission,
  explainFilter: () => {
    throw noExplanation();
  },
  getSlowConsumerCounts: () => {
    throw noSlowConsumers();
  },
};

function strict(hub: HubDriver): HubDriver {
  return new Proxy(hub, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const check = CHECKS[name as keyof Checks] as ((...args: unknown[]) => void) | undefined;
      return async (...args: unknown[]): Promise<unknown> => {
        check?.(...args);
        return await (Reflect.apply(member, target, args) as Promise<unknown>);
      };
    },
  });
}
