import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { sleep } from '../../../../lib/webhooks/sender/sleep.js';
import { connectionOf, disconnected, SenderRig, userEvent } from './support/sender.rig.js';

let rig: SenderRig;
beforeAll(async () => {
  rig = await SenderRig.start();
});
beforeEach(() => rig.reset());
afterAll(() => rig.close());

describe('An event that fails', () => {
  it('F4 is sent again, byte for byte, after 1 and 3 seconds', async () => {
    const connection = connectionOf();
    rig.receiver.onEvent = (_request, index) => ({
      status: index < 2 ? 500 : 200,
      headers: index < 2 ? [['Set-Cookie', 'bad=1; Path=/']] : [],
    });
    const outcome = await rig.handler().userEvent(userEvent({ connection }), rig.call());
    expect(outcome).toEqual({ handled: true, replies: [] });
    const [first, ...others] = rig.receiver.posts;
    expect(others).toHaveLength(2);
    for (const post of others) {
      expect(post.rawHeaders).toEqual(first?.rawHeaders);
      expect(post.body).toEqual(first?.body);
    }
    expect(rig.waits).toEqual([1000, 3000]);
  });

  it.each<[string, number, number]>([
    ['F5', 429, 1],
    ['F6', 408, 4],
    ['F11', 302, 1],
    ['7.3', 404, 1],
    ['7.3', 500, 4],
    ['7.3', 599, 4],
    ['7.3', 600, 1],
  ])('%s with %i was sent %i times', async (_case, status, attempts) => {
    rig.receiver.onEvent = () => ({ status, headers: [['Location', `${rig.receiver.url}/x`]] });
    const outcome = await rig.handler().userEvent(userEvent(), rig.call());
    expect(outcome).toMatchObject({ handled: false, status });
    expect(rig.receiver.posts).toHaveLength(attempts);
    expect(rig.receiver.requests.every(({ target }) => target.startsWith('/e/'))).toBe(true);
  });

  it('F7 is tried four times when nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const handler = rig.handler({
      urlTemplate: `http://127.0.0.1:${port}/{event}?code=k`,
      validate: false,
    });
    await expect(handler.userEvent(userEvent(), rig.call())).rejects.toThrow(
      /^connect ECONNREFUSED/,
    );
    expect(rig.waits).toEqual([1000, 3000, 5000]);
  });

  it('7.3 is sent again after a lost connection, and may succeed at last', async () => {
    rig.receiver.onEvent = (_request, index) => (index < 3 ? 'reset' : { status: 204 });
    const outcome = await rig.handler().userEvent(userEvent(), rig.call());
    expect(outcome).toEqual({ handled: true, replies: [] });
    expect(rig.receiver.posts).toHaveLength(4);
  });

  it('F8 F10 ends with its signal, also while it waits for an answer', async () => {
    rig.receiver.onEvent = () => 'hang';
    const connection = connectionOf();
    const handler = rig.handler();
    const aborter = new AbortController();
    const outcome = handler.userEvent(userEvent({ connection }), rig.call(aborter.signal));
    await rig.receiver.posted(1);
    aborter.abort();
    await expect(outcome).rejects.toThrow('the request was aborted');
    expect(await rig.receiver.posts[0]?.aborted).toBe(true);
    expect(rig.receiver.posts).toHaveLength(1);
    rig.receiver.onEvent = () => ({ status: 204 });
    await handler.notify(disconnected({ connection }), rig.call());
    expect(rig.receiver.posts[1]?.target).toBe('/e/chat/disconnected');
  });

  it('F10 ends with its signal while it waits for the next attempt', async () => {
    const aborter = new AbortController();
    rig.reset({
      sleep: async (ms, signal) => {
        void setTimeout(0).then(() => aborter.abort());
        await sleep(ms, signal);
      },
    });
    rig.receiver.onEvent = () => ({ status: 503 });
    const outcome = rig.handler().userEvent(userEvent(), rig.call(aborter.signal));
    await expect(outcome).rejects.toThrow('aborted');
    expect(rig.receiver.posts).toHaveLength(1);
  });

  it.each<[string, Parameters<typeof userEvent>[0]]>([
    ['F12 a state that is not ASCII', { connection: connectionOf({ state: 'Ã©' }) }],
    [
      '2.1.3 a connection id that is not ASCII',
      { connection: connectionOf({ connectionId: 'é' }) },
    ],
    ['2.1.5 a line break in the state', { connection: connectionOf({ state: 'a\r\nb' }) }],
    ['2.1.5 NUL in metadata', { metadata: new Map([['k', 'a\0']]) }],
    ['2.1.5 a line break in the user id', { connection: connectionOf({ userId: 'a\nb' }) }],
    ['14 more than 32 KiB of headers', { connection: connectionOf({ state: 'x'.repeat(40_000) }) }],
  ])('is not sent at all: %s', async (_case, event) => {
    await expect(rig.handler().userEvent(userEvent(event), rig.call())).rejects.toThrow(/header/);
    expect(rig.receiver.posts).toHaveLength(0);
    expect(rig.waits).toEqual([]);
  });

  it('is not sent again after an answer that is too large', async () => {
    rig.receiver.onEvent = () => ({ status: 503, body: Buffer.alloc(16 * 1024 * 1024 + 1) });
    await expect(rig.handler().userEvent(userEvent(), rig.call())).rejects.toThrow(
      'is larger than',
    );
    expect(rig.receiver.posts).toHaveLength(1);
  });

  it('is not sent to an address that is refused', async () => {
    const handler = rig.handler({ urlTemplate: 'http://169.254.169.254/{event}', validate: false });
    await expect(handler.userEvent(userEvent(), rig.call())).rejects.toThrow(/^169\.254\.169\.254/);
    expect(rig.waits).toEqual([]);
  });

  it('16.27 is not sent again where retries are off, though consent is asked for again', async () => {
    rig.receiver.onValidation = (_request, index) => ({
      status: index === 0 ? 503 : 200,
      headers: [['WebHook-Allowed-Origin', '*']],
    });
    rig.receiver.onEvent = () => ({ status: 503 });
    const outcome = await rig.handler({ retry: false }).userEvent(userEvent(), rig.call());
    expect(outcome).toMatchObject({ handled: false, status: 503 });
    expect(rig.receiver.posts).toHaveLength(1);
    expect(rig.receiver.validations).toHaveLength(2);
  });
});
