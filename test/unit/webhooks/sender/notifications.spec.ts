import type { EventNotification } from '../../../../lib/events/event-handler.interface.js';
import { connected, connectionOf, disconnected, SenderRig } from './support/sender.rig.js';

let rig: SenderRig;
beforeAll(async () => {
  rig = await SenderRig.start();
});
beforeEach(() => rig.reset());
afterAll(() => rig.close());

const connection = connectionOf();

describe('Notifications', () => {
  it.each<[string, EventNotification, object]>([
    ['N1', connected(), { name: 'connected', type: 'sys.connected', id: '1', body: '{}' }],
    [
      'N4',
      disconnected({ reason: 'bye' }),
      { name: 'disconnected', type: 'sys.disconnected', id: '7', body: '{"reason":"bye"}' },
    ],
    [
      '11.1',
      { name: 'joined', event: { connection, id: 4, group: 'lobby' } },
      { name: 'joined', type: 'gp.joined', id: '4', body: '{"group":"lobby"}' },
    ],
    [
      '11.1',
      { name: 'left', event: { connection, id: 5, group: 'lobby' } },
      { name: 'left', type: 'gp.left', id: '5', body: '{"group":"lobby"}' },
    ],
  ])('%s are POSTed once with a JSON body', async (_case, notification, expected) => {
    await rig.handler().notify(notification, rig.call());
    const [post, ...more] = rig.receiver.posts;
    expect(more).toEqual([]);
    expect(post?.header('Content-Type')).toBe('application/json; charset=utf-8');
    expect(post?.target).toBe(`/e/chat/${notification.name}`);
    expect({
      name: post?.header('ce-eventName'),
      type: post?.header('ce-type')?.replace('azure.webpubsub.', ''),
      id: post?.header('ce-id'),
      body: String(post?.body),
    }).toEqual(expected);
  });

  it('N2 are sent four times, and then reported', async () => {
    rig.receiver.onEvent = () => ({ status: 500 });
    const sent = rig.handler().notify(connected(), rig.call());
    await expect(sent).rejects.toThrow('it answered 500');
    expect(rig.receiver.posts).toHaveLength(4);
    expect(rig.waits).toEqual([1000, 3000, 5000]);
  });

  it('N8 have an answer that does not count, but for its cookies', async () => {
    rig.receiver.onEvent = () => ({
      status: 200,
      headers: [
        ['ce-connectionState', 'x'.repeat(9000)],
        ['Content-Type', 'text/html'],
        ['Set-Cookie', 'r=1; Path=/'],
      ],
      body: '<p>',
    });
    const handler = rig.handler();
    expect(await handler.notify(connected(connection), rig.call())).toBeUndefined();
    await handler.notify(disconnected({ connection }), rig.call());
    expect(rig.receiver.posts[1]?.header('ce-connectionState')).toBeUndefined();
    expect(rig.receiver.posts[1]?.header('Cookie')).toBe('r=1');
  });
});
