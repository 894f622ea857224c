import type { Persona } from '../../support/stage.js';
import {
  ack,
  closed,
  data,
  end,
  failure,
  part,
  PROTOCOLS,
  ROOM,
  start,
  streamAck,
  Scene,
  type Actor,
} from './newer-families.actors.js';

describe.each(PROTOCOLS)('streams over $protocol', ({ reliable }) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open();
  });

  afterEach(async () => {
    await scene.clear();
  });

  afterAll(async () => {
    await scene.close();
  });

  async function connect(persona: Persona = {}): Promise<Actor> {
    return await scene.connect(reliable, persona);
  }

  it('S01 a start is answered by streamAck 1, and nothing else', async () => {
    const ann = await connect();
    const bob = await connect(ROOM);
    ann.send(start());
    expect(await ann.hearExactly()).toEqual(streamAck(1));
    await ann.expectQuiet();
    await bob.expectQuiet();
  });

  it('a start with an ackId is acked in addition, whatever comes of it', async () => {
    const ann = await connect();
    ann.send(start('s', { ackId: 1 }), start('s', { ackId: 1 }), start('s', { ackId: 2 }));
    expect(await ann.hear()).toEqual(streamAck(1));
    expect(await ann.hear()).toEqual(ack(1));
    expect(await ann.hear()).toMatchObject({ ackId: 1, error: { name: 'Duplicate' } });
    expect(await ann.hear()).toEqual(streamAck(1));
    expect(await ann.hear()).toEqual(closed(failure('BadRequest')));
    expect(await ann.hear()).toMatchObject({ ackId: 2, error: { name: 'BadRequest' } });
  });

  it('S02 fragments reach the members, and are acked', async () => {
    const ann = await connect();
    const bob = await connect(ROOM);
    ann.send(start(), data(1, 'He'), data(2, 'llo'));
    expect(await bob.hear()).toEqual(part(1, 'He'));
    expect(await bob.hear()).toEqual(part(2, 'llo'));
    expect(await ann.hear()).toEqual(streamAck(1));
    expect(await ann.hearExactly()).toEqual(streamAck(3));
  });

  it('S02 a fragment on the wire: members in order', async () => {
    const ann = await connect();
    const bob = await connect(ROOM);
    ann.send(start(), data(1, 'He'));
    const number = reliable ? ',"sequenceId":1' : '';
    expect(await bob.wire.hear()).toBe(
      `{"type":"message","from":"group","group":"room","fromUserId":"ann","dataType":"text","data":"He"${number},"stream":{"streamId":"s","streamSequenceId":1}}`,
    );
  });

  it('acks every 16 fragments at once', async () => {
    const ann = await connect();
    ann.send(start(), ...Array.from({ length: 16 }, (_, index) => data(index + 1, 'x')));
    await ann.hear();
    ann.send({ type: 'ping' });
    expect(await ann.hear()).toEqual(streamAck(17));
    expect(await ann.hear()).toEqual({ type: 'pong' });
  });

  it('S03 a fragment again is acked and not delivered', async () => {
    const ann = await connect();
    const bob = await connect(ROOM);
    ann.send(start(), data(1, 'a'), data(2, 'b'), data(1, 'a'));
    expect(await ann.hear()).toEqual(streamAck(1));
    expect(await ann.hear()).toEqual(streamAck(3));
    expect(await bob.hear()).toEqual(part(1, 'a'));
    expect(await bob.hear()).toEqual(part(2, 'b'));
    await bob.expectQuiet();
  });

  it('S04 a fragment ahead is refused with the number that is expected', async () => {
    const ann = await connect();
    const bob = await connect(ROOM);
    ann.send(start(), data(9, 'x'));
    await ann.hear();
    expect(JSON.stringify(await ann.hearExactly())).toBe(
      '{"type":"streamNack","streamId":"s","name":"InvalidSequenceId","message":"expected 1","expectedSequenceId":1}',
    );
    await bob.expectQuiet();
  });

  it('S05 a keepalive is silent', async () => {
    const ann = await connect();
    const bob = await connect(ROOM);
    ann.send(start(), { type: 'streamData', streamId: 's' });
    await ann.hear();
    await ann.expectQuiet();
    await bob.expectQuiet();
  });

  it('S06 the end: a last message for the members, then streamClosed', async () => {
    const ann = await connect(ROOM);
    ann.send(start(), data(1, 'a'), end());
    expect(await ann.hear()).toEqual(streamAck(1));
    expect(await ann.hear()).toEqual(part(1, 'a'));
    expect(await ann.hearBesidesAcks()).toEqual(part(2, '', { endOfStream: true }));
    expect(await ann.hearExactly()).toEqual(closed());
    await ann.expectQuiet();
  });

  it('S07 the end with an error is the error of a user', async () => {
    const ann = await connect();
    const bob = await connect(ROOM);
    ann.send(start(), end({ error: { message: 'gave up', userErrorCode: 'E42' } }));
    const error = { name: 'UserError', message: 'gave up', userErrorCode: 'E42' };
    expect(await bob.hear()).toEqual(part(1, '', { endOfStream: true, error }));
    await ann.hear();
    expect(await ann.hear()).toEqual(closed());
  });

  it.each([
    ['data', data(1, 'x')],
    ['a keepalive', { type: 'streamData', streamId: 's' }],
    ['an end', end()],
  ])('S08 %s of an unknown stream', async (_what, frame) => {
    const ann = await connect();
    ann.send(frame);
    expect(await ann.hear()).toEqual(closed(failure('StreamNotFound')));
  });

  it('S09 a start without the role', async () => {
    const ann = await connect({ roles: [] });
    ann.send(start());
    expect(await ann.hear()).toEqual(
      closed({
        name: 'Forbidden',
        message: "The client does not have permission to send to group 'room'.",
      }),
    );
    await ann.expectQuiet();
  });

  it('S10 silence ends it', async () => {
    const ann = await connect();
    const bob = await connect(ROOM);
    ann.send(start('s', { stream: { streamId: 's', idleTimeoutMs: 200 } }));
    await ann.hear();
    expect(await ann.hear()).toEqual(closed(failure('IdleTimeout')));
    expect(await bob.hear()).toEqual(
      part(1, '', { endOfStream: true, error: failure('IdleTimeout') }),
    );
  });

  it('S11 the id of a stream that ended can be used again', async () => {
    const ann = await connect();
    ann.send(start(), data(1, 'a'), end());
    expect(await ann.hear()).toEqual(streamAck(1));
    expect(await ann.hearBesidesAcks()).toEqual(closed());
    ann.send(start());
    expect(await ann.hear()).toEqual(streamAck(1));
  });

  it('S12 U37 without echo the publisher gets nothing of it', async () => {
    const ann = await connect(ROOM);
    const bob = await connect(ROOM);
    ann.send(start('s', { noEcho: true }), data(1, 'a'), end());
    expect(await ann.hear()).toEqual(streamAck(1));
    expect(await ann.hearBesidesAcks()).toEqual(closed());
    expect(await bob.hear()).toEqual(part(1, 'a'));
    expect(await bob.hear()).toEqual(part(2, '', { endOfStream: true }));
    await ann.expectQuiet();
  });

  it.each([
    ['no data', { streamSequenceId: 1 }],
    ['no number', { dataType: 'text', data: 'x' }],
    ['no dataType', { streamSequenceId: 1, data: 'x' }],
  ])('S15 a fragment with %s ends it', async (_what, members) => {
    const ann = await connect();
    const bob = await connect(ROOM);
    ann.send(start(), { type: 'streamData', streamId: 's', ...members });
    await ann.hear();
    expect(await ann.hear()).toEqual(closed(failure('BadRequest')));
    expect(await bob.hear()).toEqual(
      part(1, '', { endOfStream: true, error: failure('Cancelled') }),
    );
  });

  it.each([
    ['data', { data: 'x' }],
    ['a dataType', { dataType: 'text' }],
    ['an empty id', { stream: { streamId: '' } }],
    ['a time-out of 0', { stream: { streamId: 's', idleTimeoutMs: 0 } }],
    ['a negative time-out', { stream: { streamId: 's', idleTimeoutMs: -5 } }],
    ['a time-out that is a text', { stream: { streamId: 's', idleTimeoutMs: 'soon' } }],
    ['a time-out beyond 32 bits', { stream: { streamId: 's', idleTimeoutMs: 4294967296 } }],
  ])('a start with %s is answered BadRequest', async (_what, members) => {
    const ann = await connect();
    ann.send(start('s', members));
    expect(await ann.hear()).toMatchObject({
      type: 'streamClosed',
      error: { name: 'BadRequest' },
    });
    await ann.expectQuiet();
  });

  it('a second start of an active id ends the first one too', async () => {
    const ann = await connect();
    const bob = await connect(ROOM);
    ann.send(start(), start(), data(1, 'x'));
    await ann.hear();
    expect(await ann.hear()).toEqual(closed(failure('BadRequest')));
    expect(await ann.hear()).toEqual(closed(failure('StreamNotFound')));
    expect(await bob.hear()).toEqual(
      part(1, '', { endOfStream: true, error: failure('Cancelled') }),
    );
    await bob.expectQuiet();
  });

  it('a revoked permission ends it', async () => {
    const ann = await connect({ roles: ['webpubsub.sendToGroup.room'] });
    const bob = await connect(ROOM);
    ann.send(start());
    await ann.hear();
    await scene.stage.operate('DELETE', `/permissions/sendToGroup/connections/${ann.id}`, {
      query: { targetName: 'room' },
    });
    expect(await ann.hear()).toEqual(closed(failure('Forbidden')));
    expect(await bob.hear()).toEqual(
      part(1, '', { endOfStream: true, error: failure('Forbidden') }),
    );
  });

  it('ends with its connection', async () => {
    const ann = await connect();
    const bob = await connect(ROOM);
    ann.send(start(), data(1, 'a'));
    expect(await bob.hear()).toEqual(part(1, 'a'));
    ann.wire.close(1000);
    expect(await bob.hear()).toEqual(
      part(2, '', { endOfStream: true, error: failure('Cancelled') }),
    );
  });

  it('raw members get the payloads, and nothing of the end', async () => {
    const ann = await connect();
    const raw = await scene.stage.raw(ROOM);
    ann.send(start(), data(1, 'He'), end());
    expect(await ann.hear()).toEqual(streamAck(1));
    expect(await ann.hearBesidesAcks()).toEqual(closed());
    expect(await raw.hear()).toBe('He');
    await scene.stage.operate('POST', '/groups/room/:send', { text: 'next' });
    expect(await raw.hear()).toBe('next');
  });

  it('more streams than allowed are answered BadRequest', async () => {
    const ann = await connect();
    for (let index = 0; index < 101; index += 1) ann.send(start(`s${index}`));
    for (let index = 0; index < 100; index += 1) {
      expect(await ann.hear()).toMatchObject({ type: 'streamAck', streamId: `s${index}` });
    }
    expect(await ann.hear()).toMatchObject({
      streamId: 's100',
      error: { name: 'BadRequest' },
    });
  });
});
