import { METHOD_METADATA } from '@nestjs/common/constants.js';
import {
  actionOf,
  type DataAction,
  type EntraOperation,
  grantedActions,
} from '../../../lib/auth/entra.actions.js';
import { rolePatterns } from '../../../lib/auth/entra.roles.js';
import { REST_CONTROLLERS } from '../../../lib/rest/rest.controllers.js';
import { OWNER, READER } from './entra.issuer.js';

/** rest.md 3.1 and 7.8: number, operation, action, and whether a Reader may. */
const OPERATIONS: readonly (readonly [string, EntraOperation, DataAction, boolean])[] = [
  ['L2', 'addConnectionsToGroups', 'group/write', false],
  ['L3', 'closeAllConnections', 'clientConnection/write', false],
  ['L4', 'generateClientToken', 'clientConnection/generateToken/action', false],
  ['L5', 'removeConnectionsFromGroups', 'group/write', false],
  ['L6', 'sendToAll', 'hub/send/action', false],
  ['L7', 'closeConnection', 'clientConnection/write', false],
  ['L8', 'connectionExists', 'clientConnection/read', true],
  ['L9', 'sendToConnection', 'clientConnection/send/action', false],
  ['L10', 'removeConnectionFromAllGroups', 'group/write', false],
  ['L11', 'groupExists', 'group/read', true],
  ['L12', 'closeGroupConnections', 'clientConnection/write', false],
  ['L13', 'sendToGroup', 'group/send/action', false],
  ['L14', 'listConnectionsInGroup', 'group/read', true],
  ['L15', 'removeConnectionFromGroup', 'group/write', false],
  ['L16', 'addConnectionToGroup', 'group/write', false],
  ['L17', 'revokePermission', 'clientConnection/write', false],
  ['L18', 'checkPermission', 'clientConnection/read', true],
  ['L19', 'grantPermission', 'clientConnection/write', false],
  ['L20', 'userExists', 'user/read', true],
  ['L21', 'closeUserConnections', 'clientConnection/write', false],
  ['L22', 'sendToUser', 'user/send/action', false],
  ['L23', 'removeUserFromAllGroups', 'group/write', false],
  ['L24', 'removeUserFromGroup', 'group/write', false],
  ['L25', 'addUserToGroup', 'group/write', false],
  ['S12', 'userExistsInGroup', 'group/read', true],
];

const grantedTo = (roles: unknown) => grantedActions(rolePatterns({ roles }));

describe('data actions', () => {
  it.each(OPERATIONS)(
    '%s %s is %s; for a Reader: %s (B23)',
    (_number, operation, action, reads) => {
      expect(actionOf(operation)).toBe(action);
      expect(grantedTo([OWNER]).has(action)).toBe(true);
      expect(grantedTo([READER]).has(action)).toBe(reads);
    },
  );

  it.each(['unheardOf', '', 'toString', '__proto__', 'constructor', 'WebPubSub_SendToAll'])(
    'has none for %j',
    (operation) => {
      expect(actionOf(operation)).toBeUndefined();
    },
  );

  it('has one for every handler of our controllers that asks for a token', () => {
    const handlers = REST_CONTROLLERS.filter(
      ({ name }) => name !== 'HealthController' && name !== 'UnroutedController',
    ).flatMap(handlersOf);
    expect(handlers.length).toBeGreaterThan(15);
    expect(handlers.filter((name) => actionOf(name) === undefined)).toEqual([]);
  });
});

describe('roles', () => {
  it.each<[string, unknown]>([
    ['as Azure names it', [OWNER]],
    ['without spaces, as Entra can hold it', ['WebPubSubServiceOwner']],
    ['alone instead of in a list', OWNER],
    ['behind others', ['Reader', 'Contributor', OWNER]],
    ['beside the Reader', [READER, OWNER]],
  ])('knows the Owner %s', (_how, roles) => {
    expect(grantedTo(roles).has('hub/send/action')).toBe(true);
  });

  it.each<[string, unknown]>([
    ['no claim', undefined],
    ['null', null],
    ['an empty list', []],
    ['other roles', ['Owner', 'Contributor', 'Web PubSub Owner']],
    ['other letters', [OWNER.toLowerCase()]],
    ['a list in a list', [[OWNER]]],
    ['an object', { [OWNER]: true }],
    ['a star', ['*']],
    ['names from a prototype', ['constructor', '__proto__']],
  ])('grants nothing for %s', (_what, roles) => {
    expect([...grantedTo(roles)]).toEqual([]);
  });
});

describe('what an application grants', () => {
  it.each<[readonly string[], readonly DataAction[]]>([
    [['group/read'], ['group/read']],
    [['Microsoft.SignalRService/WebPubSub/user/read'], ['user/read']],
    [['group/*'], ['group/read', 'group/write', 'group/send/action']],
    [['user/*/action'], ['user/send/action']],
    [['*/write'], ['clientConnection/write', 'group/write']],
    [
      ['auth/accessToken/action'],
      ['auth/accessToken/action', 'clientConnection/generateToken/action'],
    ],
    [['clientConnection/generateToken/action'], ['clientConnection/generateToken/action']],
    [
      ['group/read', 'user/read', 'group/read'],
      ['group/read', 'user/read'],
    ],
    [[], []],
    [['', 'group', 'group/', 'Group/Read', '/read', 'group/re*read', '**', '*/*'], []],
  ])('reads %j as %j', (entries, granted) => {
    expect([...grantedActions(entries)]).toEqual(granted);
  });

  it('leaves out what is no text', () => {
    const entries: unknown = [7, null, {}, 'user/read'];
    expect([...grantedActions(entries as string[])]).toEqual(['user/read']);
  });
});

function handlersOf({ prototype }: (typeof REST_CONTROLLERS)[number]): string[] {
  const methods = prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(methods).filter(
    (name) => Reflect.getMetadata(METHOD_METADATA, methods[name] as object) !== undefined,
  );
}
