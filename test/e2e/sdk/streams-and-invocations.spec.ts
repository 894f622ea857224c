import {
  InvocationError,
  WebPubSubClient,
  WebPubSubJsonProtocol,
  WebPubSubJsonReliableProtocol,
  type GroupStream,
  type GroupStreamMessage,
} from '@azure/web-pubsub-client';
import { jsonPayload, textPayload } from '../../../lib/engine/payload.js';
import type { UserEventOutcome } from '../../../lib/engine/ports/event-sink.interface.js';
import { deferred } from '../../support/deferred.js';
import { startStage, type Persona, type Stage } from '../../support/stage.js';

const PROTOCOLS = [
  { name: 'json', protocol: WebPubSubJsonProtocol },
  { name: 'reliable json', protocol: WebPubSubJsonReliableProtocol },
];

/** How long a task of the SDK that was aborted still sleeps. */
const SDK_TASK_MS = 1000;

describe.each(PROTOCOLS)('WebPubSubClient 1.1 over $name', ({ protocol }) => {
  let stage: Stage;
  const clients: { readonly sdk: WebPubSubClient; readonly stopped: Promise<void> }[] = [];

  beforeAll(async () => {
    stage = await startStage('express');
  });

  afterEach(async () => {
    for (const { sdk } of clients) sdk.stop();
    await Promise.all(clients.splice(0).map(async ({ stopped }) => await stopped));
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
    await new Promise((resolve) => setTimeout(resolve, SDK_TASK_MS));
  });

  async function connect(persona: Persona = {}): Promise<WebPubSubClient> {
    const url = `ws://127.0.0.1:${stage.port}${stage.target(persona)}`;
    const sdk = new WebPubSubClient(url, {
      protocol: protocol(),
      autoReconnect: false,
      messageRetryOptions: { maxRetries: 0 },
      // Their timers would outlive the test.
      keepAliveIntervalInMs: 0,
      keepAliveTimeoutInMs: 0,
    });
    const stopped = new Promise<void>((resolve) => sdk.on('stopped', () => resolve()));
    clients.push({ sdk, stopped });
    await sdk.start();
    return sdk;
  }

  /** The next stream that a client is told of. */
  async function nextStream(sdk: WebPubSubClient): Promise<GroupStream> {
    const stream = deferred<GroupStream>();
    const subscription = sdk.onGroupStream((candidate) => stream.resolve(candidate));
    const found = await stream.promise;
    // The subscription goes with the client; closing it would cut the stream.
    expect(subscription.isActive).toBe(true);
    return found;
  }

  async function readAll(stream: GroupStream): Promise<GroupStreamMessage[]> {
    const messages: GroupStreamMessage[] = [];
    for await (const message of stream) messages.push(message);
    return messages;
  }

  describe('invokeEvent', () => {
    it.each([
      { dataType: 'text', data: 'hello' },
      { dataType: 'json', data: { a: [1, 'ä'] } },
      { dataType: 'binary', data: Uint8Array.of(0, 255).buffer },
    ] as const)('gets the answer of the handler: $dataType', async ({ dataType, data }) => {
      stage.sink.onUserEvent = ({ payload }) => ({ handled: true, replies: [{ payload }] });
      const ann = await connect();
      const result = await ann.invokeEvent('echo', data, dataType);
      expect(result).toEqual({ invocationId: '1', dataType, data });
    });

    it('gets no data from a handler without an answer', async () => {
      stage.sink.onUserEvent = () => ({ handled: true, replies: [] });
      const ann = await connect();
      const { dataType, data } = await ann.invokeEvent('note', 'x', 'text');
      expect([dataType, data]).toEqual([undefined, undefined]);
    });

    it('is told that nobody handles it', async () => {
      const ann = await connect();
      const error = await ann.invokeEvent('nothing', 'x', 'text').catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(InvocationError);
      expect(error).toMatchObject({ invocationId: '1', errorDetail: { name: 'NotFound' } });
    });

    it('has several calls open, and sorts the answers', async () => {
      const slow = deferred<UserEventOutcome>();
      stage.sink.onUserEvent = async ({ event }) =>
        event === 'slow'
          ? await slow.promise
          : { handled: true, replies: [{ payload: jsonPayload('2') }] };
      const ann = await connect();
      const first = ann.invokeEvent('slow', 'x', 'text');
      expect(await ann.invokeEvent('fast', 'x', 'text')).toMatchObject({ data: 2 });
      slow.resolve({ handled: true, replies: [{ payload: textPayload('1') }] });
      expect(await first).toMatchObject({ data: '1' });
    });

    it('cancels the handler when the application gives up', async () => {
      const aborted = deferred<void>();
      const slow = deferred<UserEventOutcome>();
      stage.sink.onUserEvent = async (_event, signal) => {
        signal.addEventListener('abort', () => aborted.resolve());
        return await slow.promise;
      };
      const ann = await connect();
      const aborter = new AbortController();
      const call = ann.invokeEvent('slow', 'x', 'text', { abortSignal: aborter.signal });
      await stage.sink.until('userEvents');
      aborter.abort();
      await expect(call).rejects.toBeInstanceOf(InvocationError);
      await aborted.promise;
      slow.resolve({ handled: false });
    });
  });

  describe('openGroupStream', () => {
    it('reaches the members of the group, in order and to the end', async () => {
      const ann = await connect();
      const bob = await connect({ userId: 'bob', groups: ['room'] });
      const arriving = nextStream(bob);
      const writer = await ann.openGroupStream('room');
      for (let number = 1; number <= 40; number += 1) await writer.write(`${number} `, 'text');
      await writer.write({ a: 1 }, 'json');
      await writer.end();

      const stream = await arriving;
      expect([stream.groupName, stream.streamId]).toEqual(['room', writer.streamId]);
      const messages = await readAll(stream);
      expect(messages.map(({ data }) => data)).toEqual([
        ...Array.from({ length: 40 }, (_, index) => `${index + 1} `),
        { a: 1 },
      ]);
      expect(messages[0]).toMatchObject({ fromUserId: 'ann', stream: { streamSequenceId: 1 } });
    });

    it('runs several at a time, and may use an id again', async () => {
      const ann = await connect({ groups: ['room'] });
      for (const text of ['first', 'second']) {
        const arriving = nextStream(ann);
        const writer = await ann.openGroupStream('room', { streamId: 'same' });
        const other = await ann.openGroupStream('elsewhere');
        await other.write('x', 'text');
        await writer.write(text, 'text');
        await writer.end();
        expect((await readAll(await arriving)).map(({ data }) => data)).toEqual([text]);
        await other.end();
        // The SDK forgets the id with `streamClosed`, which comes before this answer.
        await ann.joinGroup('room');
      }
    });

    it('tells the members why it was given up', async () => {
      const ann = await connect();
      const bob = await connect({ groups: ['room'] });
      const arriving = nextStream(bob);
      const writer = await ann.openGroupStream('room');
      await writer.write('x', 'text');
      await writer.abort({ message: 'no more', userErrorCode: 'E1' });
      await expect(readAll(await arriving)).rejects.toMatchObject({
        name: 'UserError',
        message: 'no more',
        userErrorCode: 'E1',
      });
    });

    it('is refused without the role', async () => {
      const ann = await connect({ roles: [] });
      await expect(ann.openGroupStream('room')).rejects.toThrow('permission');
    });

    it('is told that it was idle for too long', async () => {
      const ann = await connect();
      const writer = await ann.openGroupStream('room', { idleTimeoutInMs: 100 });
      const error = await new Promise((resolve) => writer.onError(resolve));
      expect(error).toMatchObject({ name: 'IdleTimeout' });
    });
  });

  it('decodes the states of a group, though it does not hand them to applications', async () => {
    const codec = protocol();
    const roles = ['webpubsub.setGroupState', 'webpubsub.getGroupState'];
    const ann = await stage.json({ roles, groups: ['room'] });
    for (const message of [
      { kind: 'setGroupState', group: 'room', state: { a: 'b' } },
      { kind: 'subscribeGroupState', group: 'room' },
      { kind: 'setGroupState', group: 'room' },
    ] as const) {
      ann.send(codec.writeMessage(message) as string);
    }
    expect(codec.parseMessages(String(await ann.hear()))).toMatchObject({
      kind: 'groupStateSnapshot',
      items: [{ connectionId: ann.id, userId: 'ann', state: { a: 'b' } }],
    });
    expect(codec.parseMessages(String(await ann.hear()))).toMatchObject({
      kind: 'groupStateUpdate',
      items: [{ connectionId: ann.id, updatedAt: expect.any(Number) }],
    });
  });
});
