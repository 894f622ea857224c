import { SURFACES } from '../../support/platforms.js';
import type { RestCall } from '../../support/rest.client.js';
import { badRequest, done, invalid, UNSUPPORTED } from './answers.js';
import { bytes, fromServer, json, text, useScene } from './scene.js';

const MIB = 1024 * 1024;
const NOT_JSON = badRequest('The request body is not a valid JSON.');
const ONE_TWO_THREE = Buffer.of(1, 2, 3);

interface PayloadCase {
  readonly id: string;
  readonly what: string;
  readonly call: RestCall;
  /** The frame of the client that speaks JSON. */
  readonly J1: string;
  /** The frame of the raw client. */
  readonly W3: string | Buffer;
}

const of = (type: string, body: string | Buffer): RestCall => ({
  headers: { 'content-type': type },
  body,
});

/** A text of so many bytes, which is JSON too. */
const sized = (length: number): Buffer => Buffer.from(`"${'x'.repeat(length - 2)}"`);

const PAYLOADS: readonly PayloadCase[] = [
  {
    id: 'C1',
    what: 'a text',
    call: text('hello'),
    J1: fromServer('text', '"hello"'),
    W3: 'hello',
  },
  {
    id: 'C2',
    what: 'a JSON object',
    call: json('{"a":1}'),
    J1: fromServer('json', '{"a":1}'),
    W3: '{"a":1}',
  },
  {
    id: 'C3',
    what: 'a JSON string',
    call: json('"hi"'),
    J1: fromServer('json', '"hi"'),
    W3: '"hi"',
  },
  {
    id: 'C4',
    what: 'bytes',
    call: bytes(ONE_TWO_THREE),
    J1: fromServer('binary', '"AQID"'),
    W3: ONE_TWO_THREE,
  },
  {
    id: 'C5',
    what: 'a body of no type',
    call: { body: ONE_TWO_THREE },
    J1: fromServer('binary', '"AQID"'),
    W3: ONE_TWO_THREE,
  },
  {
    id: 'C5',
    what: 'a body of the empty type',
    call: of('', ONE_TWO_THREE),
    J1: fromServer('binary', '"AQID"'),
    W3: ONE_TWO_THREE,
  },
  { id: 'C11', what: 'an empty text', call: text(''), J1: fromServer('text', '""'), W3: '' },
  {
    id: '6.2',
    what: 'no bytes',
    call: bytes(Buffer.alloc(0)),
    J1: fromServer('binary', '""'),
    W3: Buffer.alloc(0),
  },
  ...['null', 'true', '1', '[]'].map((value) => ({
    id: 'C12',
    what: `the JSON ${value}`,
    call: json(value),
    J1: fromServer('json', value),
    W3: value,
  })),
  {
    id: 'C13',
    what: 'a text in UTF-16LE',
    call: of('Text/Plain; charset=UTF-16LE', Buffer.from('é', 'utf16le')),
    J1: fromServer('text', '"é"'),
    W3: 'é',
  },
  ...['iso-8859-1', '"ISO-8859-1"'].map((charset) => ({
    id: '6.1',
    what: `a text in ${charset}`,
    call: of(`text/plain;charset=${charset}`, Buffer.from('é', 'latin1')),
    J1: fromServer('text', '"é"'),
    W3: 'é',
  })),
  {
    id: '6.1',
    what: 'JSON in UTF-16',
    call: of('application/json; charset=utf-16', Buffer.from('"é"', 'utf16le')),
    J1: fromServer('json', '"é"'),
    W3: '"é"',
  },
  {
    id: '6.1',
    what: 'bytes of a charset',
    call: of('application/octet-stream; charset=nonsense', ONE_TWO_THREE),
    J1: fromServer('binary', '"AQID"'),
    W3: ONE_TWO_THREE,
  },
  {
    id: '6.4',
    what: 'a text that is not well-formed, with replacement characters',
    call: text(Buffer.from('a\xffb', 'latin1')),
    J1: fromServer('text', '"a\ufffdb"'),
    W3: 'a\ufffdb',
  },
  {
    id: '6.4',
    what: 'a text without normalizing it',
    call: text('e\u0301 \u00e9 \u{1f600} \u2028'),
    J1: fromServer('text', '"e\u0301 \u00e9 \u{1f600} \u2028"'),
    W3: 'e\u0301 \u00e9 \u{1f600} \u2028',
  },
];

const MALFORMED_JSON: readonly RestCall[] = [
  ...['{', '', ' ', '{} {}', 'nan', "'a'", '01', '[1,]', '"\u0001"', '"\\x"', 'undefined'].map(
    json,
  ),
  json(Buffer.from('"\xff"', 'latin1')),
];

describe.each(SURFACES)('payloads on %s', (platform) => {
  const scene = useScene(platform);

  it.each(PAYLOADS)('$id delivers $what', async ({ call, J1, W3 }) => {
    const players = await scene().cast({ J1: {}, W3: {} });
    expect(await scene().call('POST', '/:send', call)).toEqual(done(202));
    expect(await scene().heard(players.J1)).toEqual([J1]);
    expect(await scene().heard(players.W3)).toEqual([W3]);
  });

  it.each([
    { id: 'C8', type: 'application/xml' },
    { id: 'C8', type: 'application/x-protobuf' },
    { id: 'C8', type: 'text/html' },
    { id: 'C8', type: 'application/problem+json' },
    { id: 'C8', type: 'multipart/form-data; boundary=x' },
    { id: 'C8', type: 'application/x-www-form-urlencoded' },
    { id: 'C8', type: 'text' },
    { id: 'C8', type: 'text/plain/x' },
    { id: 'C8', type: ';' },
    { id: 'C14', type: 'text/plain; charset=nonsense' },
    { id: 'C14', type: 'application/json; charset=nonsense' },
  ])('$id refuses the type $type', async ({ type }) => {
    const { J1 } = await scene().cast({ J1: {} });
    expect(await scene().call('POST', '/:send', of(type, '{}'))).toMatchObject(UNSUPPORTED);
    expect(await scene().heard(J1)).toEqual([]);
  });

  it.each(MALFORMED_JSON)('C9, C10 refuses $body as JSON', async (call) => {
    const { J1 } = await scene().cast({ J1: {} });
    expect(await scene().call('POST', '/:send', call)).toEqual(NOT_JSON);
    expect(await scene().heard(J1)).toEqual([]);
  });

  it('C15 delivers a chunked body', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const call = { ...text(''), body: ['hel', 'lo'] };
    expect(await scene().call('POST', '/:send', call)).toEqual(done(202));
    expect(await scene().heard(J1)).toEqual([fromServer('text', '"hello"')]);
  });

  it.each(['text/plain', 'application/octet-stream', 'application/json'])(
    'C16 delivers 1 MiB of %s, and refuses one byte more',
    async (type) => {
      const { W3 } = await scene().cast({ W3: {} });
      expect(await scene().call('POST', '/:send', of(type, sized(MIB)))).toEqual(done(202));
      expect(await scene().call('POST', '/:send', of(type, sized(MIB + 1)))).toEqual(badRequest());
      const heard = await scene().heard(W3);
      expect(heard.map((frame) => Buffer.from(frame).equals(sized(MIB)))).toEqual([true]);
    },
  );

  it('C15 cuts a chunked body at 1 MiB', async () => {
    const { W3 } = await scene().cast({ W3: {} });
    const half = Buffer.alloc(MIB / 2, 'x');
    const send = (...body: Buffer[]) => scene().call('POST', '/:send', { ...text(''), body });
    expect(await send(half, half)).toEqual(done(202));
    expect(await send(half, half, Buffer.from('x'))).toEqual(badRequest());
    const heard = await scene().heard(W3);
    expect(heard.map(({ length }) => length)).toEqual([MIB]);
  });

  it.each(['', '/connections/{c1}', '/groups/g1', '/users/u1'])(
    'C26 takes a message with a time to live for %s',
    async (target) => {
      const { J1 } = await scene().cast({ J1: { groups: ['g1'] } });
      for (const ttl of [0, 1, 300]) {
        const path = `${target}/:send?messageTtlSeconds=${String(ttl)}`;
        expect(await scene().call('POST', path, text('x'))).toEqual(done(202));
      }
      expect(await scene().heard(J1)).toHaveLength(3);
    },
  );

  it.each([
    { ttl: '-1', message: 'Invalid messageTtlSeconds.' },
    { ttl: '301', message: 'Invalid messageTtlSeconds.' },
    { ttl: 'abc', message: "The value 'abc' is not valid." },
    // 5.2.
    { ttl: '1.5', message: "The value '1.5' is not valid." },
    { ttl: '0x10', message: "The value '0x10' is not valid." },
    { ttl: '1e2', message: "The value '1e2' is not valid." },
  ])('C27 refuses a time to live of $ttl', async ({ ttl, message }) => {
    const { J1 } = await scene().cast({ J1: { groups: ['g1'] } });
    for (const target of ['', '/connections/{c1}', '/groups/g1', '/users/u1']) {
      const path = `${target}/:send?messageTtlSeconds=${ttl}`;
      const answer = await scene().call('POST', path, text('x'));
      expect(answer).toEqual(invalid('messageTtlSeconds', message));
    }
    expect(await scene().heard(J1)).toEqual([]);
  });
});

describe.each(SURFACES)('payloads on %s that must tell their length', (platform) => {
  const scene = useScene(platform, { module: { rest: { requireContentLength: true } } });

  it('C15 are refused without', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const call = { ...text(''), body: ['hel', 'lo'] };
    const refused = badRequest('Invalid Content-Length header.');
    expect(await scene().call('POST', '/:send', call)).toEqual(refused);
    expect(await scene().call('POST', '/:send', text('hello'))).toEqual(done(202));
    expect(await scene().call('POST', '/:send', text(''))).toEqual(done(202));
    expect(await scene().heard(J1)).toHaveLength(2);
  });
});
