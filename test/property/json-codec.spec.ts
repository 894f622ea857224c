import {
  array,
  assert,
  bigInt,
  boolean,
  constantFrom,
  json,
  nat,
  oneof,
  property,
  record,
  string,
  tuple,
  uint8Array,
} from 'fast-check';
import { isGroupName } from '../../lib/engine/names.js';
import { Message } from '../../lib/engine/message.js';
import type { Payload } from '../../lib/engine/payload.js';
import { ProtocolViolation } from '../../lib/engine/ports/client-protocol.interface.js';
import type { SendToGroupRequest, UpstreamMessage } from '../../lib/engine/upstream-message.js';
import { jsonMessageStart } from '../../lib/protocols/json/json.encoder.js';
import { jsonProtocol } from '../../lib/protocols/json/json.protocol.js';
import { scanMembers } from '../../lib/protocols/json/json.scanner.js';

/** Any UTF-16 code units, halves of surrogate pairs included. */
const ANY_TEXT = string({
  unit: oneof(nat(0x7f), nat(0xffff)).map((code) => String.fromCharCode(code)),
});

/** JSON or nearly so. */
const NEARLY_JSON = array(
  oneof(
    constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', ' ', '\n', '-', '+', '.', 'e', '0', '1'),
    constantFrom('"a"', '"a":', '"\\u00', 'd8', 'true', 'false', 'null', '\u0000', 'é', '\u2028'),
  ),
  { maxLength: 12 },
).map((parts) => parts.join(''));

/** A number of any spelling that JSON has. */
const NUMBER = tuple(
  constantFrom('', '-'),
  oneof(constantFrom('0'), bigInt({ min: 1n, max: 10n ** 30n }).map(String)),
  constantFrom('', '.0', '.50', '.123456789012345678901234567890'),
  constantFrom('', 'e5', 'E+05', 'e-400'),
).map((parts) => parts.join(''));

/** Any JSON text but null, also in spellings that `JSON.stringify` does not produce. */
const JSON_TEXT = oneof(
  json().filter((text) => text !== 'null'),
  NUMBER,
  NUMBER.map((number) => `{ "a" :\t[ ${number} , "\\u00e9\\ud800" ] }`),
);

const MESSAGES = constantFrom(
  '{"type":"ping"}',
  '{"type":"joinGroup","group":"room","ackId":18446744073709551615}',
  '{"type":"leaveGroup","group":"room"}',
  '{"type":"sequenceAck","sequenceId":7}',
  '{"type":"event","event":"e","data":{"a":[1.50,null,"\\u00e9"]},"ackId":1}',
  '{"type":"sendToGroup","group":"room","dataType":"text","data":"hé","noEcho":true,"ttlSeconds":30}',
  '{"type":"sendToGroup","group":"room","dataType":"binary","data":"AQID","metadata":{"k":"v"}}',
);

/** Some bytes of a valid message replaced, removed or doubled. */
const MUTATED = tuple(
  MESSAGES,
  array(tuple(nat(), constantFrom('replace', 'remove', 'double'), nat(255)), {
    minLength: 1,
    maxLength: 4,
  }),
).map(([text, changes]) => {
  const bytes = [...Buffer.from(text)];
  for (const [where, how, byte] of changes) {
    const at = where % bytes.length;
    const kept = bytes[at] ?? byte;
    const inserted = { replace: [byte], remove: [], double: [kept, kept] }[how];
    bytes.splice(at, 1, ...(inserted ?? []));
  }
  return Buffer.from(bytes);
});

function decode(data: Buffer | string): UpstreamMessage {
  return jsonProtocol.decode(Buffer.from(data as string), false);
}

/** A message or a refusal; whatever else is thrown fails the test. */
function decodeOrRefuse(data: Buffer | string, isBinary = false): UpstreamMessage | undefined {
  try {
    return jsonProtocol.decode(Buffer.from(data as string), isBinary);
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    return undefined;
  }
}

/** The two ways a client's message may go. */
function expectReadOrRefused(data: Buffer | string, isBinary = false): void {
  const message = decodeOrRefuse(data, isBinary);
  expect(message === undefined || typeof message.type === 'string').toBe(true);
}

function accepts(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

function send(members: string): SendToGroupRequest {
  return decode(`{"type":"sendToGroup","group":"g",${members}}`) as SendToGroupRequest;
}

/** What a JSON client parses out of a message. */
function received(payload: Payload, metadata?: ReadonlyMap<string, string>): { data: unknown } {
  const message = new Message({
    origin: { from: 'group', group: 'g', fromUserId: null },
    payload,
    ...(metadata && { metadata }),
  });
  return JSON.parse(`${jsonMessageStart(message)}}`) as { data: unknown };
}

describe('the JSON scanner', () => {
  it('takes what JSON.parse takes', () => {
    assert(
      property(oneof(NEARLY_JSON, JSON_TEXT, ANY_TEXT), (value) => {
        const text = `{"a":${value}}`;
        expect(accepts(() => Array.from(scanMembers(text)))).toBe(accepts(() => JSON.parse(text)));
      }),
      { numRuns: 3000 },
    );
  });

  it('takes what JSON.parse takes, object or not', () => {
    assert(
      property(oneof(NEARLY_JSON, JSON_TEXT), (text) => {
        const isObject = accepts(() => JSON.parse(text)) && text.trim().startsWith('{');
        expect(accepts(() => Array.from(scanMembers(text)))).toBe(isObject);
      }),
      { numRuns: 3000 },
    );
  });

  it('cuts where JSON.parse cuts', () => {
    assert(
      property(array(tuple(ANY_TEXT, JSON_TEXT)), (members) => {
        const written = members.map(([name, value]) => [JSON.stringify(name), value]);
        const text = `{${written.map(([name, value]) => `${name} : ${value}`).join(' , ')}}`;
        const scanned = Array.from(scanMembers(text), ({ name, value }) => [name, value]);
        expect(scanned).toEqual(written.map(([name, value]) => [name, value?.trim()]));
      }),
    );
  });
});

describe('the JSON decoder', () => {
  it('reads or refuses any bytes, and throws nothing else', () => {
    assert(
      property(uint8Array({ maxLength: 200 }), boolean(), (bytes, isBinary) => {
        expectReadOrRefused(Buffer.from(bytes), isBinary);
      }),
      { numRuns: 40_000 },
    );
  });

  it('reads or refuses any text and any value', () => {
    assert(
      property(oneof(ANY_TEXT, json(), NEARLY_JSON), (text) => {
        expectReadOrRefused(text);
      }),
      { numRuns: 20_000 },
    );
  });

  it('reads or refuses members of any value', () => {
    const types = constantFrom('joinGroup', 'leaveGroup', 'sendToGroup', 'event', 'sequenceAck');
    const names = constantFrom(
      'group',
      'event',
      'dataType',
      'data',
      'metadata',
      'noEcho',
      'ttlSeconds',
      'ackId',
      'sequenceId',
      'stream',
      '__proto__',
    );
    const members = array(tuple(names, oneof(json(), NUMBER)), { maxLength: 5 });
    assert(
      property(types, members, (type, pairs) => {
        const rest = pairs.map(([name, value]) => `,"${name}":${value}`).join('');
        expectReadOrRefused(`{"type":"${type}","group":"g","event":"e","data":1${rest}}`);
      }),
      { numRuns: 20_000 },
    );
  });

  it('reads or refuses damaged messages', () => {
    assert(
      property(MUTATED, (bytes) => {
        expectReadOrRefused(bytes);
      }),
      { numRuns: 20_000 },
    );
  });

  it('refuses every message that is cut short', () => {
    assert(
      property(MESSAGES, nat(), (text, length) => {
        const bytes = Buffer.from(text);
        expect(decodeOrRefuse(bytes.subarray(0, length % bytes.length))).toBeUndefined();
      }),
    );
  });

  it('takes exactly the numbers of 64 bits', () => {
    assert(
      property(bigInt({ min: -(2n ** 65n), max: 2n ** 65n }), (ackId) => {
        const message = decodeOrRefuse(`{"type":"joinGroup","group":"g","ackId":${ackId}}`);
        const expected = { type: 'joinGroup', group: 'g', ackId };
        const isValid = ackId >= 0n && ackId < 2n ** 64n;
        expect(message).toEqual(isValid ? expected : undefined);
      }),
    );
  });

  it('takes exactly the valid group names', () => {
    assert(
      property(ANY_TEXT, (group) => {
        const message = decodeOrRefuse(`{"type":"joinGroup","group":${JSON.stringify(group)}}`);
        expect(message).toEqual(isGroupName(group) ? { type: 'joinGroup', group } : undefined);
      }),
    );
  });
});

describe('the JSON codec', () => {
  it('hands on json data as it was written', () => {
    assert(
      property(JSON_TEXT, (text) => {
        const { payload } = send(`"data": ${text} ,"ackId":1`);
        const message = new Message({ origin: { from: 'server' }, payload });
        const data = text.trim();
        expect(payload.bytes.toString()).toBe(data);
        expect(jsonMessageStart(message)).toBe(
          `{"type":"message","from":"server","dataType":"json","data":${data}`,
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('hands on text, which is well-formed afterwards', () => {
    assert(
      property(ANY_TEXT, (text) => {
        const { payload } = send(`"dataType":"text","data":${JSON.stringify(text)}`);
        expect(received(payload).data).toBe(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
      }),
    );
  });

  it('hands on bytes', () => {
    assert(
      property(uint8Array(), (bytes) => {
        const dataType = 'binary';
        const data = Buffer.from(bytes).toString('base64');
        const { payload } = send(`"dataType":"${dataType}","data":"${data}"`);
        expect(payload).toEqual({ dataType, bytes: Buffer.from(bytes) });
        expect(received(payload)).toMatchObject({ dataType, data });
      }),
    );
  });

  it('takes exactly the base64 that comes back as it was', () => {
    const unit = constantFrom('A', 'Q', 'g', '/', '+', '=', '-', '_', ' ', '@', 'Ł');
    assert(
      property(string({ unit, maxLength: 9 }), (text) => {
        const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
        const isAccepted = accepts(() => send(`"dataType":"binary","data":"${text}"`));
        expect(isAccepted).toBe(isBase64.test(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('hands on metadata in its order', () => {
    const key = string({ unit: constantFrom('a', 'B', '1', '_', '~'), minLength: 1, maxLength: 5 });
    const value = string({ unit: 'grapheme-ascii', maxLength: 20 });
    assert(
      property(array(record({ key, value }), { maxLength: 8 }), (entries) => {
        const metadata = new Map(entries.map((entry) => [entry.key, entry.value]));
        const written = Array.from(metadata, (pair) =>
          pair.map((s) => JSON.stringify(s)).join(':'),
        );
        const request = send(`"data":1,"metadata":{${written.join(',')}}`);
        expect([...(request.metadata ?? [])]).toEqual([...metadata]);
        const origin = { from: 'server' } as const;
        const message = new Message({ ...request, origin });
        const suffix = metadata.size === 0 ? '' : `,"metadata":{${written.join(',')}}`;
        expect(jsonMessageStart(message).endsWith(`"data":1${suffix}`)).toBe(true);
      }),
    );
  });
});
