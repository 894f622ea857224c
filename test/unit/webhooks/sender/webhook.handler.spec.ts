import type { EventKey } from '../../../../lib/events/event-handler.interface.js';
import { connectionOf, K1, K2, SenderRig, userEvent } from './support/sender.rig.js';

let rig: SenderRig;
beforeAll(async () => {
  rig = await SenderRig.start();
});
beforeEach(() => rig.reset());
afterAll(() => rig.close());

const AUTH = { type: 'ManagedIdentity', resource: 'api://app' } as const;

describe('WebhookHandler.handles', () => {
  const handler = (): ReturnType<SenderRig['handler']> =>
    rig.handler({
      userEventPattern: ' A , b ',
      systemEvents: ['connected'],
      groupPresenceEvents: { eventNames: ['joined'], groupFilters: ['lobby', 'room*'] },
    });

  it.each<[EventKey, boolean]>([
    [{ kind: 'system', name: 'connected' }, true],
    [{ kind: 'system', name: 'connect' }, false],
    [{ kind: 'user', name: 'a' }, true],
    [{ kind: 'user', name: 'B' }, true],
    [{ kind: 'user', name: 'connected' }, false],
    [{ kind: 'group', name: 'joined', group: 'lobby' }, true],
    [{ kind: 'group', name: 'joined', group: 'lobby2' }, false],
    [{ kind: 'group', name: 'joined', group: 'room' }, true],
    [{ kind: 'group', name: 'joined', group: 'room-7' }, true],
    [{ kind: 'group', name: 'joined', group: 'Room-7' }, false],
    [{ kind: 'group', name: 'left', group: 'lobby' }, false],
  ])('L2 of %j is %s', (key, expected) => {
    expect(handler().handles(key)).toBe(expected);
  });

  it.each<[string, readonly string[] | undefined, boolean]>([
    ['no filter', undefined, true],
    ['no filter either', [], true],
    ['a lone star', ['*'], true],
  ])('11.1 takes all groups with %s', (_case, groupFilters, expected) => {
    const webhook = rig.handler({ groupPresenceEvents: { eventNames: ['left'], groupFilters } });
    expect(webhook.handles({ kind: 'group', name: 'left', group: 'any' })).toBe(expected);
  });

  it('11.1 takes no groups by default', () => {
    expect(rig.handler().handles({ kind: 'group', name: 'left', group: 'any' })).toBe(false);
  });
});

describe('WebhookHandler', () => {
  it('has a name without the query', () => {
    const { name } = rig.handler({ urlTemplate: 'https://app.example/{hub}?code=secret' });
    expect(name).toBe('https://app.example/{hub}');
  });

  it('3.1 signs with the keys of now', async () => {
    const keys = [K1];
    rig.reset({ keys: () => [...keys] });
    const handler = rig.handler();
    const connection = connectionOf();
    await handler.userEvent(userEvent({ connection }), rig.call());
    await handler.userEvent(userEvent({ connection }), rig.call());
    keys[0] = K2;
    await handler.userEvent(userEvent({ connection }), rig.call());
    keys.length = 0;
    await handler.userEvent(userEvent({ connection }), rig.call());
    expect(rig.receiver.posts.map((post) => post.header('ce-signature')?.slice(0, 15))).toEqual([
      'sha256=254a6e15',
      'sha256=254a6e15',
      'sha256=023135a4',
      undefined,
    ]);
  });

  it('L15 sends a token with the event, not with the validation', async () => {
    rig.reset({ getToken: (resource) => Promise.resolve(`token-of-${resource}`) });
    await rig.handler({ auth: AUTH }).userEvent(userEvent(), rig.call());
    expect(rig.receiver.posts[0]?.header('Authorization')).toBe('Bearer token-of-api://app');
    expect(rig.receiver.validations[0]?.header('Authorization')).toBeUndefined();
  });

  it.each<[string, (() => Promise<string>) | undefined, string]>([
    ['fails', () => Promise.reject(new Error('no identity')), 'no identity'],
    ['is missing', undefined, 'nothing gets tokens for it'],
  ])('L16 sends nothing when the token source %s', async (_case, getToken, message) => {
    rig.reset({ getToken });
    const outcome = rig.handler({ auth: AUTH }).userEvent(userEvent(), rig.call());
    await expect(outcome).rejects.toThrow(message);
    expect(rig.receiver.posts).toHaveLength(0);
  });

  it('L17 keeps the cookies of connections apart', async () => {
    const [first, second] = [connectionOf(), connectionOf()];
    rig.receiver.onEvent = (_request, index) => ({
      status: 204,
      headers: index === 0 ? [['Set-Cookie', 'r=1; Path=/']] : [],
    });
    const handler = rig.handler();
    for (const connection of [first, second, first]) {
      await handler.userEvent(userEvent({ connection }), rig.call());
    }
    expect(rig.receiver.posts.map((post) => post.header('Cookie'))).toEqual([
      undefined,
      undefined,
      'r=1',
    ]);
  });

  it('2.9 takes no cookies from a failure', async () => {
    const connection = connectionOf();
    rig.receiver.onEvent = () => ({ status: 400, headers: [['Set-Cookie', 'r=1; Path=/']] });
    const handler = rig.handler();
    await handler.userEvent(userEvent({ connection }), rig.call());
    await handler.userEvent(userEvent({ connection }), rig.call());
    expect(rig.receiver.posts[1]?.header('Cookie')).toBeUndefined();
  });

  it('8.3 gets the secrets of its URL once, and again only after a failure', async () => {
    const path = '/{event}?code={@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/c)}';
    const asked: string[] = [];
    rig.reset({
      resolveSecret: (uri) => {
        asked.push(uri);
        return asked.length === 1 ? Promise.reject(new Error('down')) : Promise.resolve('s/1');
      },
    });
    const handler = rig.handler({ path });
    expect(await handler.validate()).toMatchObject({ passed: false, failure: 'request' });
    await Promise.all([1, 2].map(() => handler.userEvent(userEvent(), rig.call())));
    await handler.userEvent(userEvent(), rig.call());
    expect(asked).toHaveLength(2);
    expect(rig.receiver.requests.map(({ target }) => target)).toEqual([
      '/validate?code=s%2F1',
      '/e1?code=s%2F1',
      '/e1?code=s%2F1',
      '/e1?code=s%2F1',
    ]);
  });
});
