import type { HubDriver, WebPubSubDriver } from '../../../lib/drivers/hub-driver.interface.js';
import { WEB_PUBSUB_DRIVER } from '../../../lib/drivers/driver.token.js';
import { CHECKS } from '../../../lib/verify/checks.js';
import { RestSurface } from '../../../lib/verify/rest.surface.js';
import { runChecks } from '../../../lib/verify/runner.js';
import type { Surface } from '../../../lib/verify/surface.interface.js';
import type { Host } from '../../support/host.app.js';
import {
  broken,
  echo,
  failing,
  fakeEndpoint,
  hangUp,
  idle,
  SHORT_PATIENCE,
} from './broken.surfaces.js';
import { connectionStringOf, startEmbedded } from './surfaces.js';

type Mutation = readonly [
  what: string,
  operation: string,
  change: (hub: HubDriver) => Partial<HubDriver>,
];

const LONG_PATIENCE = 10_000;

/** One operation that is a little wrong each. */
const MUTATIONS: readonly Mutation[] = [
  ['excludes nobody', 'SendToAll', (hub) => ({ sendToAll: (payload) => hub.sendToAll(payload) })],
  [
    'tells everybody',
    'SendToGroup',
    (hub) => ({ sendToGroup: (_, payload) => hub.sendToAll(payload) }),
  ],
  [
    'does not filter',
    'SendToGroup',
    (hub) => ({
      sendToGroup: (group, payload, options) =>
        hub.sendToGroup(group, payload, { ...options, filter: '' }),
    }),
  ],
  [
    'loses metadata',
    'SendToGroup',
    (hub) => ({
      sendToGroup: (group, payload, options) =>
        hub.sendToGroup(group, payload, { ...options, metadata: undefined }),
    }),
  ],
  [
    'writes JSON anew',
    'SendToConnection',
    (hub) => ({
      sendToConnection: (id, { dataType, bytes }, options) => {
        const text = bytes.toString();
        const again = dataType === 'json' ? JSON.stringify(JSON.parse(text)) : text;
        return hub.sendToConnection(id, { dataType, bytes: Buffer.from(again) }, options);
      },
    }),
  ],
  [
    'does not know case',
    'SendToUser',
    (hub) => ({
      sendToUser: (user, payload, options) => hub.sendToUser(user.toLowerCase(), payload, options),
    }),
  ],
  [
    'tells a connection twice',
    'SendToConnection',
    (hub) => ({
      sendToConnection: async (id, payload, options) => {
        await hub.sendToConnection(id, payload, options);
        await hub.sendToConnection(id, payload, options);
      },
    }),
  ],
  ['says yes', 'ConnectionExists', () => ({ connectionExists: async () => true })],
  ['says yes', 'UserExists', () => ({ userExists: async () => true })],
  ['says no', 'GroupExists', () => ({ groupExists: async () => false })],
  [
    'forgets the reason',
    'CloseConnection',
    (hub) => ({ closeConnection: (id) => hub.closeConnection(id) }),
  ],
  [
    'closes the excluded',
    'CloseAllConnections',
    (hub) => ({ closeAllConnections: () => hub.closeAllConnections() }),
  ],
  [
    'closes the excluded',
    'CloseGroupConnections',
    (hub) => ({ closeGroupConnections: (group) => hub.closeGroupConnections(group) }),
  ],
  [
    'closes everybody',
    'CloseUserConnections',
    (hub) => ({ closeUserConnections: (_, options) => hub.closeAllConnections(options) }),
  ],
  ['does nothing', 'AddConnectionToGroup', () => ({ addConnectionToGroup: async () => true })],
  [
    'does nothing',
    'RemoveConnectionFromGroup',
    () => ({ removeConnectionFromGroup: async () => true }),
  ],
  [
    'does nothing',
    'RemoveConnectionFromAllGroups',
    () => ({ removeConnectionFromAllGroups: async () => true }),
  ],
  ['does nothing', 'AddUserToGroup', () => ({ addUserToGroup: async () => true })],
  [
    'remembers the user',
    'AddUserToGroup',
    (hub) => ({
      addUserToGroup: async (group, user) => {
        await hub.rememberUserInGroup(group, user);
        return true;
      },
    }),
  ],
  ['does nothing', 'RemoveUserFromGroup', () => ({ removeUserFromGroup: async () => {} })],
  [
    'does too much',
    'RemoveUserFromGroup',
    (hub) => ({
      removeUserFromGroup: (_, user) => hub.removeUserFromAllGroups(user),
    }),
  ],
  ['does nothing', 'RemoveUserFromAllGroups', () => ({ removeUserFromAllGroups: async () => {} })],
  [
    'does not filter',
    'AddConnectionsToGroups',
    (hub) => ({
      addConnectionsToGroups: (groups) => hub.addConnectionsToGroups(groups, ''),
    }),
  ],
  [
    'takes the first group only',
    'AddConnectionsToGroups',
    (hub) => ({
      addConnectionsToGroups: (groups, filter) =>
        hub.addConnectionsToGroups(groups.slice(0, 1), filter),
    }),
  ],
  [
    'does not filter',
    'RemoveConnectionsFromGroups',
    (hub) => ({
      removeConnectionsFromGroups: (groups) => hub.removeConnectionsFromGroups(groups, ''),
    }),
  ],
  [
    'has one page',
    'ListConnectionsInGroup',
    (hub) => ({
      listConnectionsInGroup: (group) => hub.listConnectionsInGroup(group),
    }),
  ],
  [
    'starts again',
    'ListConnectionsInGroup',
    (hub) => ({
      listConnectionsInGroup: (group, options) =>
        hub.listConnectionsInGroup(group, { ...options, continuationToken: undefined }),
    }),
  ],
  [
    'grants every group',
    'GrantPermission',
    (hub) => ({
      grantPermission: (permission, id) => hub.grantPermission(permission, id, undefined),
    }),
  ],
  [
    'revokes every group',
    'RevokePermission',
    (hub) => ({
      revokePermission: (permission, id) => hub.revokePermission(permission, id, undefined),
    }),
  ],
  [
    'knows one kind',
    'CheckPermission',
    (hub) => ({
      checkPermission: (_, id, group) => hub.checkPermission('sendToGroup', id, group),
    }),
  ],
];

describe('a service that is broken', () => {
  let host: Host;
  let driver: WebPubSubDriver;

  beforeAll(async () => {
    host = await startEmbedded('fastify');
    driver = host.app.get<WebPubSubDriver>(WEB_PUBSUB_DRIVER);
  });

  afterAll(async () => {
    await host.close();
  });

  it('is not reported when it is none: the tests below change one thing each', async () => {
    const results = await runChecks(
      CHECKS,
      broken(driver, () => ({}), LONG_PATIENCE),
    );
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });

  it.each(MUTATIONS)('is reported when it %s: %s', async (_what, operation, change) => {
    const checks = CHECKS.filter(({ operations }) => operations?.includes(operation));
    const results = await runChecks(checks, broken(driver, change));
    expect(results.map(({ outcome }) => outcome)).toContain('failed');
  });

  /** The same service, every answer of which is changed. */
  function answering(change: (answer: Response) => Response): Surface {
    return new RestSurface(connectionStringOf(host), {
      patience: SHORT_PATIENCE,
      fetch: async (url, init) => change(await fetch(url, init)),
    });
  }

  it.each([
    [
      '204 is 200',
      'E4',
      (answer: Response) => withStatus(answer, answer.status === 204 ? 200 : answer.status),
    ],
    ['404 has no code', 'D2', (answer: Response) => withoutHeader(answer, 'x-ms-error-code')],
    [
      'versions are not announced',
      'A8',
      (answer: Response) => withoutHeader(answer, 'api-supported-versions'),
    ],
    [
      '401 is 403',
      'B5',
      (answer: Response) => withStatus(answer, answer.status === 401 ? 403 : answer.status),
    ],
    ['types are not told', 'C24e', (answer: Response) => withoutHeader(answer, 'content-type')],
  ])('is reported when its %s, by %s', async (_what, id, change) => {
    const checks = CHECKS.filter((check) => check.id === id);
    const [result] = await runChecks(checks, answering(change));
    expect(result?.outcome).toBe('failed');
  });

  it('fails every check in one way or another', async () => {
    const fakes = [await fakeEndpoint(driver, echo), await fakeEndpoint(driver, hangUp)];
    const surfaces = [
      idle(driver, false),
      idle(driver, true),
      failing(driver),
      ...fakes.flatMap(({ clients, whole }) => [clients, whole]),
      ...[200, 401, 404, 500].map((status) => answering((answer) => withStatus(answer, status))),
    ];
    let unmoved = CHECKS;
    for (const surface of surfaces) {
      const results = await runChecks(unmoved, surface);
      unmoved = results.filter(({ outcome }) => outcome !== 'failed').map(({ check }) => check);
    }
    await Promise.all(fakes.map((fake) => fake.close()));
    expect(unmoved.map(({ id, title }) => `${id}: ${title}`)).toEqual([]);
  }, 120_000);
});

function withStatus({ headers, body }: Response, status: number): Response {
  return new Response(status === 204 ? null : body, { status, headers });
}

function withoutHeader({ status, headers, body }: Response, name: string): Response {
  const rest = new Headers(headers);
  rest.delete(name);
  return new Response(body, { status, headers: rest });
}
