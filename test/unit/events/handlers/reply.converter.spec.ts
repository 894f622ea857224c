import { Readable } from 'node:stream';
import {
  MAX_REPLY_BYTES,
  toReply,
} from '../../../../lib/events/handlers/answers/reply.converter.js';
import {
  UserEventReply,
  type UserEventReplyOptions,
} from '../../../../lib/events/handlers/answers/user-event-reply.js';

const PLACE = 'ChatHub.say';

async function shown(result: unknown) {
  const reply = await toReply(result, PLACE);
  return reply && [reply.payload.dataType, reply.payload.bytes.toString()];
}

describe('the result of a handler of user events', () => {
  it('is no reply when there is none', async () => {
    await expect(toReply(undefined, PLACE)).resolves.toBeUndefined();
  });

  it.each<[string, unknown, string, string]>([
    ['a string', 'hi', 'text', 'hi'],
    ['an empty string', '', 'text', ''],
    ['null', null, 'json', 'null'],
    ['false', false, 'json', 'false'],
    ['a number', 1.5, 'json', '1.5'],
    ['an object', { a: [1] }, 'json', '{"a":[1]}'],
    ['an array', ['a'], 'json', '["a"]'],
    ['a Buffer', Buffer.from('b'), 'binary', 'b'],
    ['a typed array', new Uint16Array([0x6261]), 'binary', 'ab'],
    ['an ArrayBuffer', new Uint8Array([98]).buffer, 'binary', 'b'],
    ['a Blob', new Blob(['b']), 'binary', 'b'],
    ['a stream of bytes', Readable.from([Buffer.from('a'), Buffer.from('b')]), 'binary', 'ab'],
  ])('sends %s', async (_, result, dataType, text) => {
    await expect(shown(result)).resolves.toEqual([dataType, text]);
  });

  it.each<[UserEventReplyOptions['dataType'], unknown, string]>([
    ['text', 'hi', 'hi'],
    ['json', 'hi', '"hi"'],
    ['json', Buffer.from('1.0'), '1.0'],
    ['json', null, 'null'],
    ['binary', Buffer.from('b'), 'b'],
    ['protobuf', Buffer.from('any'), 'any'],
  ])('sends as %s what a reply says', async (dataType, data, text) => {
    const reply = new UserEventReply(data as string, { dataType });
    await expect(shown(reply)).resolves.toEqual([dataType, text]);
  });

  it('sends metadata beside the data', async () => {
    const reply = new UserEventReply('hi', { metadata: { Queue: 'fast' } });
    await expect(toReply(reply, PLACE)).resolves.toMatchObject({
      metadata: new Map([['Queue', 'fast']]),
    });
  });

  it.each<[string, unknown]>([
    ['text that is none', new UserEventReply(1, { dataType: 'text' })],
    ['bytes that are none', new UserEventReply('b', { dataType: 'binary' })],
    ['protobuf that is none', new UserEventReply({}, { dataType: 'protobuf' })],
    ['JSON that is none', new UserEventReply(Buffer.from('{'), { dataType: 'json' })],
    ['a type there is none of', new UserEventReply('x', { dataType: 'xml' as 'text' })],
    ['a circle', circle()],
    ['a BigInt', 1n],
    ['a symbol', Symbol('s')],
    ['metadata with a key that is no header', new UserEventReply('', { metadata: { 'a b': '' } })],
    ['metadata outside of ASCII', new UserEventReply('', { metadata: { a: 'é' } })],
    ['metadata of 257 characters', new UserEventReply('', { metadata: { ['k'.repeat(257)]: '' } })],
    ['metadata that is no text', new UserEventReply('', { metadata: { a: 1 as never } })],
  ])('fails for %s as a fault of the handler, and says where', async (_, result) => {
    await expect(toReply(result, PLACE)).rejects.toThrow(
      expect.objectContaining({
        name: 'TypeError',
        message: expect.stringContaining('ChatHub.say returned what cannot be sent: ') as string,
      }) as Error,
    );
  });

  it('F16: fails above 16 MiB', async () => {
    const most = Buffer.alloc(MAX_REPLY_BYTES);
    await expect(toReply(most, PLACE)).resolves.toBeDefined();
    await expect(toReply(Buffer.alloc(most.length + 1), PLACE)).rejects.toThrow(TypeError);
  });
});

function circle(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}
