import { StrictAzureDriver } from '../../../../lib/drivers/azure/strict-azure.driver.js';
import type { HubDriver } from '../../../../lib/drivers/hub-driver.interface.js';
import { textPayload } from '../../../../lib/engine/payload.js';
import { RecordingDriver } from '../../rest/support/recording.driver.js';

const text = textPayload('hi');
const protobuf = { dataType: 'protobuf', bytes: Buffer.from([1]) } as const;

describe('strictAzure', () => {
  const driver = new RecordingDriver();
  const hub = new StrictAzureDriver(driver).hub('chat');
  beforeEach(() => driver.reset());

  it.each<[string, (hub: HubDriver) => Promise<unknown>]>([
    ['remembered groups', (one) => one.rememberUserInGroup('g', 'u')],
    ['filters that are explained', (one) => one.explainFilter('true')],
    ['counts of slow clients', (one) => one.getSlowConsumerCounts()],
    ['a grant for all groups', (one) => one.grantPermission('sendToGroup', 'c', undefined)],
    ['a revocation for all groups', (one) => one.revokePermission('sendToGroup', 'c', undefined)],
    ['a check for all groups', (one) => one.checkPermission('sendToGroup', 'c', undefined)],
    ['messages of protobuf', (one) => one.sendToAll(protobuf)],
    ['excluded of a user', (one) => one.sendToUser('u', text, { excluded: ['c'] })],
    ['a filter of a connection', (one) => one.sendToConnection('c', text, { filter: 'true' })],
    ['commas in metadata', (one) => one.sendToAll(text, { metadata: new Map([['k', 'a,b']]) })],
    ['a slash in a name', (one) => one.sendToGroup('a/b', text)],
    ['dots for a name', (one) => one.closeUserConnections('..')],
    ['a slash in a connection id', (one) => one.addConnectionToGroup('g', 'a/b')],
  ])('refuses %s by name', async (_what, call) => {
    await expect(call(hub)).rejects.toMatchObject({
      name: 'WebPubSubError',
      code: 'NotSupportedByAzure',
      statusCode: 501,
    });
    expect(driver.calls).toEqual([]);
  });

  it('lets everything else through as it is', async () => {
    await hub.sendToGroup('g', text, { excluded: ['c'], filter: 'true' });
    await hub.grantPermission('sendToGroup', 'c', 'g');
    await hub.closeAllConnections({ reason: 'bye' });
    expect(driver.calls.map(({ operation, args }) => [operation, ...args])).toEqual([
      ['sendToGroup', 'g', text, { excluded: ['c'], filter: 'true' }],
      ['grantPermission', 'sendToGroup', 'c', 'g'],
      ['closeAllConnections', { reason: 'bye' }],
    ]);
  });
});
