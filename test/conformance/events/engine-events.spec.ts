import { binaryPayload, textPayload } from '../../../lib/engine/payload.js';
import type { UserEventOutcome } from '../../../lib/engine/ports/event-sink.interface.js';
import { startStage, type Stage } from '../../support/stage.js';
import { deferred } from '../../support/deferred.js';

const FAILED: UserEventOutcome = { handled: false };
const DONE: UserEventOutcome = { handled: true, replies: [] };

function event(name: string, ackId?: number): string {
  const frame = { type: 'event', event: name, dataType: 'text', data: 'x', ackId };
  return JSON.stringify(frame);
}

describe('events as the engine raises them', () => {
  let stage: Stage;
  beforeAll(async () => (stage = await startStage('express')));
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  describe('a client that leaves while its event is at work (F10)', () => {
    async function leave(how: (client: Awaited<ReturnType<Stage['json']>>) => void) {
      const client = await stage.json();
      const aborted = deferred<string>();
      stage.sink.onUserEvent = ({ event: name }, signal) => {
        if (name !== 'slow') return DONE;
        signal.addEventListener('abort', () => aborted.resolve('aborted'));
        return new Promise(() => {});
      };
      client.send(event('slow'));
      await stage.sink.until('userEvents');
      how(client);
      return aborted.promise;
    }

    it.each([
      [
        'breaks its socket',
        (client: { socket: { terminate(): void } }) => client.socket.terminate(),
      ],
      ['closes', (client: { socket: { close(code: number): void } }) => client.socket.close(1000)],
      ['closes without a code', (client: { socket: { close(): void } }) => client.socket.close()],
    ])('the handler is told when it %s', async (_how, how) => {
      expect(await leave(how)).toBe('aborted');
    });

    it('what it sent before it closed is done all the same, in order, and its reason is kept', async () => {
      const peer = await stage.json({ userId: 'bob', groups: ['g'] });
      const client = await stage.json();
      stage.sink.onUserEvent = (_event, signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(FAILED)));
      client.send(event('slow'));
      for (const data of ['one', 'two']) {
        client.send(JSON.stringify({ type: 'sendToGroup', group: 'g', dataType: 'text', data }));
      }
      client.socket.close(1000, 'bye');
      expect(await peer.hearJson()).toMatchObject({ data: 'one' });
      expect(await peer.hearJson()).toMatchObject({ data: 'two' });
      const ended = await stage.sink.until(
        'disconnecteds',
        ({ connection }) => connection.connectionId === client.id,
      );
      expect(ended.reason).toBe('bye');
    });

    it('what it goes on sending is read ahead only so far', async () => {
      const client = await stage.json();
      const release = deferred<UserEventOutcome>();
      stage.sink.onUserEvent = ({ event: name }) => (name === 'slow' ? release.promise : DONE);
      client.send(event('slow'));
      await stage.sink.until('userEvents');
      const data = 'x'.repeat(32 * 1024);
      const frame = JSON.stringify({ type: 'event', event: 'next', dataType: 'text', data });
      // More than sockets of both sides hold.
      for (let index = 0; index < 1000; index += 1) client.send(frame);
      await peerIsHeldBack(client.socket);
      release.resolve(DONE);
      await stage.sink.count('userEvents', () => 1001);
      const ids = stage.sink.userEvents
        .filter(({ connection }) => connection.connectionId === client.id)
        .map(({ id }) => id);
      expect(ids).toEqual(Array.from({ length: 1001 }, (_, index) => index + 2));
    });
  });

  it('sends each reply when the handler makes it, and the ack behind the last (6.2)', async () => {
    const client = await stage.json();
    const release = deferred<void>();
    stage.sink.onUserEvent = async ({ reply }) => {
      reply?.({ payload: textPayload('first') });
      await release.promise;
      reply?.({ payload: binaryPayload(Buffer.from([1])) });
      return { handled: true, replies: [{ payload: textPayload('last') }] };
    };
    client.send(event('many', 7));
    expect(await client.hearJson()).toMatchObject({ from: 'server', data: 'first' });
    release.resolve();
    expect(await client.hearJson()).toMatchObject({ dataType: 'binary', data: 'AQ==' });
    expect(await client.hearJson()).toMatchObject({ data: 'last' });
    expect(await client.hearJson()).toEqual({ type: 'ack', ackId: 7, success: true });
  });

  describe('changes of groups (11.1)', () => {
    const groupsOf = (events: readonly { group: string; id: number }[]) =>
      events.map(({ group }) => group);

    it('nobody wants to know: nothing is raised, no number is drawn', async () => {
      const client = await stage.json({ groups: ['a'] });
      client.send('{"type":"joinGroup","group":"b","ackId":1}');
      await client.hear();
      client.socket.close();
      const { id } = await stage.sink.until('disconnecteds');
      expect(id).toBe(2);
      expect(stage.sink.groupJoineds).toEqual([]);
    });

    it('each real change is raised once: first groups, join, leave, and what was left at the end', async () => {
      stage.sink.watchesGroups = true;
      const client = await stage.json({ groups: ['a', 'b'] });
      expect(groupsOf(stage.sink.groupJoineds)).toEqual(['a', 'b']);
      expect(stage.sink.connecteds[0]?.id).toBe(1);
      expect(stage.sink.groupJoineds.map(({ id }) => id)).toEqual([2, 3]);
      for (const [ackId, frame] of [
        '"joinGroup","group":"c"',
        '"joinGroup","group":"c"',
        '"leaveGroup","group":"b"',
        '"leaveGroup","group":"b"',
      ].entries()) {
        client.send(`{"type":${frame},"ackId":${String(ackId + 1)}}`);
        await client.hear();
      }
      expect(groupsOf(stage.sink.groupJoineds)).toEqual(['a', 'b', 'c']);
      expect(groupsOf(stage.sink.groupLefts)).toEqual(['b']);
      client.socket.close();
      const { id } = await stage.sink.until('disconnecteds');
      expect(groupsOf(stage.sink.groupLefts)).toEqual(['b', 'a', 'c']);
      expect(id).toBe(8);
    });
  });
});

describe('userEventFailure (7.5)', () => {
  const REASON = 'Internal server error';
  let stage: Stage;
  beforeAll(
    async () =>
      (stage = await startStage('express', { module: { events: { userEventFailure: 'close' } } })),
  );
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  it('F15 close: a failed ack, then Close 1011', async () => {
    const client = await stage.json();
    stage.sink.onUserEvent = () => FAILED;
    client.send(event('e', 1));
    expect(await client.hearJson()).toEqual({
      type: 'ack',
      ackId: 1,
      success: false,
      error: { name: 'InternalServerError', message: REASON },
    });
    expect(await client.closed).toEqual({ code: 1011, reason: REASON });
  });

  it('F15 close: without an ackId, Close 1011 alone', async () => {
    const client = await stage.json();
    stage.sink.onUserEvent = () => FAILED;
    client.send(event('e'));
    expect(await client.closed).toEqual({ code: 1011, reason: REASON });
    expect(client.unheard).toEqual([]);
  });
});

/** Waits until the operating system takes no more of a client's bytes. */
async function peerIsHeldBack(socket: { bufferedAmount: number }): Promise<void> {
  let before = -1;
  let unchanged = 0;
  while (unchanged < 20) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    unchanged = socket.bufferedAmount > 0 && socket.bufferedAmount === before ? unchanged + 1 : 0;
    before = socket.bufferedAmount;
  }
}
