import type { UserEventOutcome } from '../../../lib/engine/ports/event-sink.interface.js';
import { deferred } from '../../support/deferred.js';
import { fieldsOf, ProtobufClient, readFields } from '../../support/protobuf.client.js';
import { delimited, varint } from '../../support/protobuf.wire.js';
import { startStage, type Persona, type Stage } from '../../support/stage.js';
import { byId, ROLES, ROOM, says } from './newer-families.actors.js';

const text = (content: string): Buffer => delimited(3, delimited(1, content));
const entry = (key: string, value: string): Buffer =>
  delimited(1, delimited(1, key), delimited(2, value));
const failure = (name: string, message: string): Buffer =>
  delimited(2, delimited(1, name), delimited(2, message));

const invoke = (id: string, content = 'hi'): Buffer =>
  delimited(10, delimited(1, 'echo'), delimited(2, id), text(content));
const start = delimited(1, delimited(1, 'room'), delimited(7, delimited(1, 's')));
const data = (number: number, content: string): Buffer =>
  delimited(13, delimited(1, 's'), varint(2, number), text(content));
const end = delimited(14, delimited(1, 's'));
const set = (ackId: number, ...entries: Buffer[]): Buffer =>
  delimited(15, delimited(1, 'room'), varint(2, ackId), delimited(3, ...entries));
const subscribe = (ackId: number): Buffer => delimited(16, delimited(1, 'room'), varint(2, ackId));
const leave = (ackId: number): Buffer => delimited(7, delimited(1, 'room'), varint(2, ackId));

const ack = (ackId: number): Buffer => delimited(1, varint(1, ackId), varint(2, 1));
const streamAck = (expected: number): Buffer =>
  delimited(6, delimited(1, 's'), varint(2, expected));
const streamClosed = (...error: Buffer[]): Buffer => delimited(8, delimited(1, 's'), ...error);

const UPDATE = 9;
const SNAPSHOT = 10;

describe.each([
  { protocol: 'protobuf.webpubsub.azure.v1', reliable: false },
  { protocol: 'protobuf.reliable.webpubsub.azure.v1', reliable: true },
])('newer families over $protocol', ({ protocol, reliable }) => {
  let stage: Stage;
  let ids: string[];

  beforeAll(async () => {
    stage = await startStage('express');
  });

  beforeEach(() => {
    ids = [];
  });

  afterEach(async () => {
    for (const id of ids) await stage.api('DELETE', `/connections/${id}`);
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  async function connect(persona: Persona = {}): Promise<ProtobufClient> {
    const target = stage.target({ roles: ROLES, ...persona });
    const client = await ProtobufClient.connect(`ws://127.0.0.1:${stage.port}${target}`, protocol);
    ids.push(client.id);
    return client;
  }

  function send({ wire }: ProtobufClient, ...frames: Buffer[]): void {
    for (const frame of frames) wire.send(frame);
  }

  /** The number of a message, where messages are numbered. */
  const numbered = (field: number, sequenceId: number): Buffer =>
    reliable ? varint(field, sequenceId) : Buffer.alloc(0);

  const fragment = (number: number, content: string, ...place: Buffer[]): Buffer =>
    delimited(
      2,
      delimited(1, 'group'),
      delimited(2, 'room'),
      text(content),
      delimited(6, delimited(1, 's'), varint(2, number), ...place),
      numbered(4, number),
    );

  /** What is said of the members of a group; the times are checked and left out. */
  async function hearStates(client: ProtobufClient, kind: number, sequenceId: number) {
    const [[heard, content] = []] = fieldsOf(await client.hearExactly());
    expect(heard).toBe(kind);
    const fields = fieldsOf(content as Buffer);
    expect(fields.filter(([field]) => field !== 2)).toEqual([
      [1, Buffer.from('room')],
      ...(reliable ? [[3, BigInt(sequenceId)]] : []),
    ]);
    return fields
      .filter(([field]) => field === 2)
      .map(([, item]) => {
        const { 4: updatedAt, ...said } = Object.fromEntries(readFields(item as Buffer));
        expect(Math.abs(Date.now() - Number(updatedAt))).toBeLessThan(60_000);
        return said;
      });
  }

  const itemOf = ({ id }: ProtobufClient, state?: Buffer) => ({
    1: Buffer.from(id),
    2: Buffer.from('ann'),
    ...(state && { 3: state }),
  });

  it('N01 an invocation is answered once, without an ack or a number', async () => {
    stage.sink.onUserEvent = ({ payload }) => says(payload.bytes.toString());
    const ann = await connect();
    send(ann, invoke('1'));
    expect(await ann.hearExactly()).toEqual(
      delimited(5, delimited(1, '1'), varint(2, 1), text('hi')),
    );
    await ann.expectQuiet();
    expect(stage.sink.userEvents).toMatchObject([{ event: 'echo', invocation: true }]);
  });

  it('N02 an invocation without a handler is answered NotFound', async () => {
    const ann = await connect();
    send(ann, invoke('2'));
    const answer = readFields(readFields(await ann.hearExactly()).get(5) as Buffer);
    expect([...answer.keys()]).toEqual([1, 4]);
    expect(readFields(answer.get(4) as Buffer).get(1)).toEqual(Buffer.from('NotFound'));
  });

  it('N04 a cancelled invocation is aborted and not answered', async () => {
    const slow = deferred<UserEventOutcome>();
    const aborted = deferred<void>();
    stage.sink.onUserEvent = async (_event, signal) => {
      signal.addEventListener('abort', () => aborted.resolve());
      return await slow.promise;
    };
    const ann = await connect();
    send(ann, invoke('1'), delimited(11, delimited(1, '1')));
    await aborted.promise;
    slow.resolve(says('late'));
    await ann.expectQuiet();
  });

  it('S01 a start is answered by a stream ack, and nothing else', async () => {
    const ann = await connect();
    const bob = await connect(ROOM);
    send(ann, start);
    expect(await ann.hearExactly()).toEqual(streamAck(1));
    await ann.expectQuiet();
    await bob.expectQuiet();
  });

  it('S02 fragments reach the members, and are acked', async () => {
    const ann = await connect();
    const bob = await connect(ROOM);
    send(ann, start, data(1, 'He'), data(2, 'llo'));
    expect(await bob.hearExactly()).toEqual(fragment(1, 'He'));
    expect(await bob.hearExactly()).toEqual(fragment(2, 'llo'));
    expect(await ann.hearExactly()).toEqual(streamAck(1));
    expect(await ann.hearExactly()).toEqual(streamAck(3));
  });

  it('S04 a fragment ahead is refused with the number that is expected', async () => {
    const ann = await connect();
    send(ann, start, data(9, 'x'));
    expect(await ann.hearExactly()).toEqual(streamAck(1));
    expect(await ann.hearExactly()).toEqual(
      delimited(
        7,
        delimited(1, 's'),
        delimited(2, 'InvalidSequenceId'),
        delimited(3, 'expected 1'),
        varint(4, 1),
      ),
    );
  });

  it('S06 the end: a last message for the members, then the stream is closed', async () => {
    const ann = await connect(ROOM);
    send(ann, start, end);
    expect(await ann.hearExactly()).toEqual(streamAck(1));
    expect(await ann.hearExactly()).toEqual(fragment(1, '', varint(3, 1)));
    expect(await ann.hearExactly()).toEqual(streamClosed());
    await ann.expectQuiet();
  });

  it('S09 a start without the role', async () => {
    const ann = await connect({ roles: [] });
    send(ann, start);
    const message = "The client does not have permission to send to group 'room'.";
    expect(await ann.hearExactly()).toEqual(streamClosed(failure('Forbidden', message)));
    await ann.expectQuiet();
  });

  it.each([
    ['an event', delimited(5, delimited(1, 'e'), delimited(2, delimited(1, 'x')), delimited(5))],
    ['an invocation', delimited(10, delimited(1, 'e'), delimited(2, '1'), delimited(5))],
  ])('9.4 %s that starts a stream closes with 1007', async (_what, frame) => {
    const ann = await connect();
    send(ann, frame);
    expect(await ann.wire.closed).toEqual({
      code: 1007,
      reason: `The client message is not a valid ${protocol} protocol message.`,
    });
  });

  it('G01 subscribers hear of a state, the setter before its ack', async () => {
    const ann = await connect(ROOM);
    const bob = await connect(ROOM);
    for (const client of [ann, bob]) {
      send(client, subscribe(1));
      expect(await client.hearExactly()).toEqual(ack(1));
      expect(await hearStates(client, SNAPSHOT, 1)).toEqual([]);
    }
    send(ann, set(2, entry('mood', 'ok')));
    const item = itemOf(ann, entry('mood', 'ok'));
    expect(await hearStates(ann, UPDATE, 2)).toEqual([item]);
    expect(await ann.hearExactly()).toEqual(ack(2));
    expect(await hearStates(bob, UPDATE, 2)).toEqual([item]);
  });

  it('G02 a snapshot is in the order of connection ids', async () => {
    const members = [await connect(ROOM), await connect(ROOM), await connect(ROOM)];
    for (const member of members) {
      send(member, set(1, entry('id', member.id)));
      expect(await member.hearExactly()).toEqual(ack(1));
    }
    const watcher = await connect(ROOM);
    send(watcher, subscribe(2));
    expect(await watcher.hearExactly()).toEqual(ack(2));
    expect(await hearStates(watcher, SNAPSHOT, 1)).toEqual(
      members.toSorted(byId).map((member) => itemOf(member, entry('id', member.id))),
    );
  });

  it('G08 a member with a state leaves', async () => {
    const ann = await connect(ROOM);
    const bob = await connect(ROOM);
    send(ann, set(1, entry('a', 'b')));
    expect(await ann.hearExactly()).toEqual(ack(1));
    send(bob, subscribe(1));
    expect(await bob.hearExactly()).toEqual(ack(1));
    expect(await hearStates(bob, SNAPSHOT, 1)).toEqual([itemOf(ann, entry('a', 'b'))]);
    send(ann, leave(2));
    expect(await hearStates(bob, UPDATE, 2)).toEqual([itemOf(ann)]);
  });

  it('G10 after unsubscribing a change is not told', async () => {
    const ann = await connect(ROOM);
    const bob = await connect(ROOM);
    send(bob, subscribe(1), delimited(17, delimited(1, 'room'), varint(2, 2)));
    expect(await bob.hearExactly()).toEqual(ack(1));
    expect(await hearStates(bob, SNAPSHOT, 1)).toEqual([]);
    expect(await bob.hearExactly()).toEqual(ack(2));
    send(ann, set(1, entry('a', 'b')));
    expect(await ann.hearExactly()).toEqual(ack(1));
    await bob.expectQuiet();
  });
});
