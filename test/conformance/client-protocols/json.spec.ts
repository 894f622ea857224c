import { binaryPayload, jsonPayload, textPayload } from '../../../lib/engine/payload.js';
import type { UserEventOutcome } from '../../../lib/engine/ports/event-sink.interface.js';
import { deferred } from '../../support/deferred.js';
import { PLATFORMS } from '../../support/platforms.js';
import { startStage, type Stage } from '../../support/stage.js';
import {
  ack,
  duplicate,
  EXCHANGES,
  failed,
  forbidden,
  heard,
  INVALID_MESSAGE,
  join,
  METADATA_LIMITS,
  send,
  served,
  VIOLATIONS,
} from './json.cases.js';

const MIB = 1024 * 1024;
const ANY = 'Ci90eXBlLmdvb2dsZWFwaXMuY29tL2F6dXJlLndlYnB1YnN1Yi5UZXN0TWVzc2FnZRICCAE=';
const PING = '{"type":"ping"}';
const PONG = '{"type":"pong"}';

/** A `sendToGroup` to `room` whose frame has exactly this many bytes. */
function sized(bytes: number, ackId: number): string {
  const frame = send(`"ackId":${String(ackId)},"dataType":"text","data":""`);
  return frame.replace('"data":""', `"data":"${'x'.repeat(bytes - frame.length)}"`);
}

function event(members: string, name = 'e'): string {
  return `{"type":"event","event":"${name}",${members}}`;
}

describe.each(PLATFORMS)('json.webpubsub.azure.v1 on %s', (platform) => {
  let stage: Stage;

  function handle(outcome: UserEventOutcome): void {
    stage.sink.onUserEvent = () => outcome;
  }

  beforeAll(async () => {
    stage = await startStage(platform);
  });

  afterEach(async () => {
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  describe('a client alone', () => {
    it.each(EXCHANGES)('$id $behaviour', async ({ says, hears }) => {
      const client = await stage.json();
      for (const frame of says) client.send(frame);
      for (const frame of hears) expect(await client.hear()).toBe(frame);
      await client.expectQuiet();
    });

    it.each(METADATA_LIMITS)('J31 delivers metadata with $what', async ({ metadata }) => {
      const client = await stage.json({ groups: ['room'] });
      client.send(send(`"dataType":"text","data":"x","metadata":${metadata}`));
      expect(await client.hear()).toBe(
        heard(`"dataType":"text","data":"x","metadata":${metadata}`),
      );
    });

    it('J12 remembers the last 1000 successful ack ids', async () => {
      const client = await stage.json();
      for (let id = 1; id <= 1001; id += 1) client.send(join(id));
      for (let id = 1; id <= 1001; id += 1) expect(await client.hear()).toBe(ack(id));
      client.send(join(2));
      expect(await client.hear()).toBe(duplicate(2));
      client.send(join(1));
      expect(await client.hear()).toBe(ack(1));
    });

    it('J61 acknowledges a burst of 50 sends in order', async () => {
      const client = await stage.json();
      for (let id = 1; id <= 50; id += 1)
        client.send(send(`"data":${String(id)},"ackId":${String(id)}`));
      for (let id = 1; id <= 50; id += 1) expect(await client.hear()).toBe(ack(id));
      await client.expectQuiet();
    });
  });

  describe('a frame that is not allowed', () => {
    it.each(VIOLATIONS)('$id closes with 1007: $what', async ({ frame }) => {
      const client = await stage.json();
      client.send(frame);
      expect(await client.closed).toEqual({ code: 1007, reason: INVALID_MESSAGE });
      expect(client.unheard).toEqual([]);
    });

    it('J36 does nothing of what comes behind it', async () => {
      const client = await stage.json();
      const witness = await stage.json({ groups: ['room'] });
      client.send(join(1));
      client.send('{"type":"nope"}');
      client.send(send('"dataType":"text","data":"too late"'));
      await client.closed;
      expect(client.unheard).toEqual([ack(1)]);
      await witness.expectQuiet();
    });

    it('J37 closes with 1003 on a binary frame', async () => {
      const client = await stage.json();
      client.send(Buffer.from(PING));
      expect(await client.closed).toEqual({
        code: 1003,
        reason: 'The JSON subprotocol requires text messages.',
      });
      expect(client.unheard).toEqual([]);
    });

    it('J38 takes a message of 1 MiB', async () => {
      const client = await stage.json();
      client.send(sized(MIB, 1));
      expect(await client.hear()).toBe(ack(1));
    });

    it('J38 closes with 1009 on one byte more', async () => {
      const client = await stage.json();
      client.send(sized(MIB + 1, 1));
      expect(await client.closed).toEqual({
        code: 1009,
        reason: 'The client message is too large.',
      });
      expect(client.unheard).toEqual([]);
    });

    it('J39 joins the fragments of a message of 1 MiB', async () => {
      const client = await stage.json();
      client.sendFragments(sized(MIB, 1), 10);
      expect(await client.hear()).toBe(ack(1));
      await client.expectQuiet();
    });
  });

  describe('with other clients', () => {
    it('J06 makes a member of who joins without ack id', async () => {
      const client = await stage.json();
      client.send(join());
      await client.expectQuiet();
      await stage.operate('POST', '/groups/room/:send', { text: 'hi' });
      expect(await client.hear()).toBe(heard('"dataType":"text","data":"hi"', 'null'));
    });

    it('J11 forgets the ack id of a request that failed', async () => {
      const client = await stage.json({ roles: [] });
      client.send(join(1));
      expect(await client.hear()).toBe(forbidden(1, 'join', 'room'));
      const granted = await stage.api(
        'PUT',
        `/permissions/joinLeaveGroup/connections/${client.id}`,
        {
          query: { targetName: 'room' },
        },
      );
      expect(granted.status).toBe(200);
      client.send(join(1));
      expect(await client.hear()).toBe(ack(1));
    });

    it('J16 leaves out the sending connection only, not its user', async () => {
      const [one, other] = [
        await stage.json({ groups: ['room'] }),
        await stage.json({ groups: ['room'] }),
      ];
      one.send(send('"dataType":"text","data":"hi","noEcho":true,"ackId":1'));
      expect(await one.hear()).toBe(ack(1));
      expect(await other.hear()).toBe(heard('"dataType":"text","data":"hi"'));
      await one.expectQuiet();
    });

    it('J18 lets a client with the role send without being a member', async () => {
      const sender = await stage.json({ userId: 'bob' });
      const member = await stage.json({ groups: ['room'] });
      sender.send(send('"data":{"a":1.50},"ackId":1'));
      expect(await sender.hear()).toBe(ack(1));
      expect(await member.hear()).toBe(heard('"dataType":"json","data":{"a":1.50}', '"bob"'));
      await sender.expectQuiet();
    });

    it('5.4 sends one copy for each send, however many groups a client is in', async () => {
      const client = await stage.json({ groups: ['room', 'hall'] });
      client.send(send('"data":1'));
      client.send(send('"data":2', 'hall'));
      expect(await client.hear()).toBe(heard('"dataType":"json","data":1'));
      expect(await client.hear()).toBe(heard('"dataType":"json","data":2', '"ann"', 'hall'));
      await client.expectQuiet();
    });

    it.each([
      { id: 'J26', type: 'binary', base64: 'AQID' },
      { id: 'J63', type: 'protobuf', base64: ANY },
    ])('$id gives $type to raw members as a binary frame', async ({ type, base64 }) => {
      const sender = await stage.json();
      const raw = await stage.raw({ groups: ['room'] });
      sender.send(send(`"dataType":"${type}","data":"${base64}"`));
      expect(await raw.hear()).toEqual(Buffer.from(base64, 'base64'));
    });

    it('J57 names no user for an anonymous sender', async () => {
      const sender = await stage.json({ userId: undefined });
      const member = await stage.json({ groups: ['room'] });
      sender.send(send('"dataType":"text","data":"hi"'));
      expect(await member.hear()).toBe(heard('"dataType":"text","data":"hi"', 'null'));
    });

    it('escapes a group, a user and a text like any JSON string', async () => {
      const [group, user, text] = ['r"o\\o m\u2028é😀', 'a"n\\n\u0001', 'l\n"\\\u0000\ud83d\ude00'];
      const client = await stage.json({ userId: user, groups: [group] });
      client.send(JSON.stringify({ type: 'sendToGroup', group, dataType: 'text', data: text }));
      expect(await client.hearJson()).toEqual({
        type: 'message',
        from: 'group',
        group,
        fromUserId: user,
        dataType: 'text',
        data: text,
      });
    });
  });

  describe('an event with a handler', () => {
    it.each([
      {
        id: 'J45',
        what: 'text',
        reply: { payload: textPayload('yo') },
        hears: served('"dataType":"text","data":"yo"'),
      },
      {
        id: 'J46',
        what: 'json',
        reply: { payload: jsonPayload('{"ok":true}') },
        hears: served('"dataType":"json","data":{"ok":true}'),
      },
      {
        id: 'J47',
        what: 'bytes',
        reply: { payload: binaryPayload(Buffer.from([1, 2])) },
        hears: served('"dataType":"binary","data":"AQI="'),
      },
      {
        id: 'J49',
        what: 'metadata without a body',
        reply: { payload: textPayload(''), metadata: new Map([['trace', 'b']]) },
        hears: served('"dataType":"text","data":"","metadata":{"trace":"b"}'),
      },
    ])('$id hears the answer, $what, before the ack', async ({ reply, hears }) => {
      handle({ handled: true, replies: [reply] });
      const client = await stage.json({ roles: [] });
      client.send(event('"dataType":"text","data":"hi","ackId":1'));
      expect(await client.hear()).toBe(hears);
      expect(await client.hear()).toBe(ack(1));
      await client.expectQuiet();
    });

    it('J48 J52 hears the ack alone when the handler has nothing to say', async () => {
      handle({ handled: true, replies: [] });
      const client = await stage.json({ roles: [] });
      client.send(event('"data":1,"ackId":1'));
      expect(await client.hear()).toBe(ack(1));
      await client.expectQuiet();
    });

    it('J50 J51 hears nothing of how a handler failed', async () => {
      handle({ handled: false });
      const client = await stage.json({ roles: [] });
      client.send(event('"data":1,"ackId":1'));
      expect(await client.hear()).toBe(failed(1));
      handle({ handled: true, replies: [] });
      client.send(event('"data":1,"ackId":1'));
      expect(await client.hear()).toBe(ack(1));
    });

    it('J50 stays open when the handler of an event without ack id fails', async () => {
      stage.sink.onUserEvent = () => Promise.reject(new Error('boom'));
      const client = await stage.json({ roles: [] });
      client.send(event('"data":1'));
      client.send(event('"data":1,"ackId":1'));
      expect(await client.hear()).toBe(failed(1));
      await client.expectQuiet();
    });

    it.each(['a.b_c-9', 'E', 'e'.repeat(128)])(
      'J44 lets the event name %s through',
      async (name) => {
        handle({ handled: true, replies: [] });
        const client = await stage.json({ roles: [] });
        client.send(event('"data":1,"ackId":1', name));
        expect(await client.hear()).toBe(ack(1));
        expect(stage.sink.userEvents.map((raised) => raised.event)).toEqual([name]);
      },
    );

    it('J53 gives the handler the metadata', async () => {
      handle({ handled: true, replies: [] });
      const client = await stage.json({ roles: [] });
      client.send(event('"metadata":{"Trace":"1"},"ackId":1'));
      expect(await client.hear()).toBe(ack(1));
      const [raised] = stage.sink.userEvents;
      expect([...(raised?.metadata ?? [])]).toEqual([['Trace', '1']]);
      expect(raised?.payload).toEqual(textPayload(''));
    });

    it.each([
      { type: 'json', written: '{"a":[1.50]}', bytes: '{"a":[1.50]}' },
      { type: 'text', written: '"h\\u00e9"', bytes: 'hé' },
      { type: 'binary', written: '"AQID"', bytes: '\u0001\u0002\u0003' },
    ])('J54 gives the handler $type as it was sent', async ({ type, written, bytes }) => {
      handle({ handled: true, replies: [] });
      const client = await stage.json({ roles: [] });
      client.send(event(`"dataType":"${type}","data":${written},"ackId":1`));
      expect(await client.hear()).toBe(ack(1));
      const [raised] = stage.sink.userEvents;
      expect(raised?.payload.dataType).toBe(type);
      expect(raised?.payload.bytes.toString()).toBe(bytes);
      expect(raised?.connection).toMatchObject({
        hub: 'chat',
        connectionId: client.id,
        userId: 'ann',
        subprotocol: 'json.webpubsub.azure.v1',
      });
    });

    it('J62 handles nothing behind an event before the event is done', async () => {
      const slow = deferred<UserEventOutcome>();
      stage.sink.onUserEvent = () => slow.promise;
      const client = await stage.json();
      client.send(event('"data":1,"ackId":1'));
      client.send(PING);
      client.send(join(2));
      await stage.sink.until('userEvents');
      const other = await stage.json({ groups: ['room'] });
      await other.expectQuiet();
      expect(client.unheard).toEqual([]);
      slow.resolve({ handled: true, replies: [{ payload: textPayload('done') }] });
      expect(await client.hear()).toBe(served('"dataType":"text","data":"done"'));
      expect(await client.hear()).toBe(ack(1));
      expect(await client.hear()).toBe(PONG);
      expect(await client.hear()).toBe(ack(2));
    });

    it('numbers the events of a connection from 1', async () => {
      handle({ handled: true, replies: [] });
      const client = await stage.json({ roles: [] });
      await stage.sink.until('connecteds');
      client.send(event('"data":1,"ackId":1'));
      expect(await client.hear()).toBe(ack(1));
      client.close(1000, 'bye');
      const gone = await stage.sink.until('disconnecteds');
      expect(stage.sink.connecteds.map(({ id }) => id)).toEqual([1]);
      expect(stage.sink.userEvents.map(({ id }) => id)).toEqual([2]);
      expect(gone.id).toBe(3);
    });
  });

  describe('the service', () => {
    it.each([
      { body: { text: 'hi' }, arrives: '"dataType":"text","data":"hi"' },
      { body: { json: '{"a":1.50}' }, arrives: '"dataType":"json","data":{"a":1.50}' },
      { body: { bytes: Buffer.from([1, 2, 3]) }, arrives: '"dataType":"binary","data":"AQID"' },
    ])('J55 sends $arrives to a connection, without group and user', async ({ body, arrives }) => {
      const client = await stage.json();
      const answer = await stage.api('POST', `/connections/${client.id}/:send`, body);
      expect(answer.status).toBe(202);
      expect(await client.hear()).toBe(served(arrives));
    });

    it('J56 sends to a group in the name of no user', async () => {
      const client = await stage.json({ groups: ['room'] });
      await stage.operate('POST', '/groups/room/:send', { text: 'hi' });
      expect(await client.hear()).toBe(heard('"dataType":"text","data":"hi"', 'null'));
    });

    it.each([
      { id: 'J58', what: 'without a reason', reason: undefined, suffix: '' },
      { id: 'J58', what: 'with an empty reason', reason: '', suffix: '' },
      {
        id: 'J59',
        what: 'with a reason of 500 characters',
        reason: 'r'.repeat(500),
        suffix: ` Reason: ${'r'.repeat(500)}`,
      },
    ])('$id closes $what', async ({ reason, suffix }) => {
      const client = await stage.json();
      const query: Record<string, string> = reason === undefined ? {} : { reason };
      const answer = await stage.api('DELETE', `/connections/${client.id}`, { query });
      expect(answer.status).toBe(204);
      expect(await client.hear()).toBe(
        `{"type":"system","event":"disconnected","message":"Application server closed the connection.${suffix}"}`,
      );
      expect(await client.closed).toEqual({ code: 1000, reason: '' });
      expect(client.unheard).toEqual([]);
    });

    it('J60 echoes the close of a client, and reports its reason', async () => {
      const client = await stage.json();
      client.close(1000, 'bye');
      expect(await client.closed).toEqual({ code: 1000, reason: 'bye' });
      const gone = await stage.sink.until('disconnecteds');
      expect(gone).toMatchObject({ reason: 'bye', connection: { connectionId: client.id } });
    });

    it('U18 takes a close without a code for a normal one', async () => {
      const client = await stage.json();
      client.close();
      await client.closed;
      const gone = await stage.sink.until('disconnecteds');
      expect(gone.connection.connectionId).toBe(client.id);
    });
  });
});
