import { ProtocolViolation } from '../../../../lib/engine/ports/client-protocol.interface.js';
import type { UpstreamMessage } from '../../../../lib/engine/upstream-message.js';
import { decodeJsonMessage } from '../../../../lib/protocols/json/json.decoder.js';

const ANY_BASE64 = 'Ci90eXBlLmdvb2dsZWFwaXMuY29tL2F6dXJlLndlYnB1YnN1Yi5UZXN0TWVzc2FnZRICCAE=';

interface Valid {
  readonly what: string;
  readonly text: string;
  readonly message: UpstreamMessage;
}

/** A send to `room` with more members. */
function send(members: string): string {
  return `{"type":"sendToGroup","group":"room",${members}}`;
}

/** A send to `room` of a text. */
function text(members: string): string {
  return send(`"dataType":"text","data":"x",${members}`);
}

function sent(
  dataType: 'text' | 'json' | 'binary' | 'protobuf',
  bytes: string | Buffer,
  rest: object = {},
): UpstreamMessage {
  const payload = { dataType, bytes: Buffer.from(bytes as string) };
  return { type: 'sendToGroup', group: 'room', payload, noEcho: false, ttlSeconds: 0, ...rest };
}

function join(rest: object = {}): UpstreamMessage {
  return { type: 'joinGroup', group: 'room', ...rest };
}

function joining(members: string): string {
  return `{"type":"joinGroup","group":"room",${members}}`;
}

const VALID: readonly Valid[] = [
  { what: 'J01 a ping', text: '{"type":"ping"}', message: { type: 'ping' } },
  { what: 'J02 a join', text: joining('"ackId":1'), message: join({ ackId: 1n }) },
  {
    what: '5.2 a leave',
    text: '{"type":"leaveGroup","group":"room","ackId":2}',
    message: { type: 'leaveGroup', group: 'room', ackId: 2n },
  },
  {
    what: 'J41 a sequenceAck',
    text: '{"type":"sequenceAck","sequenceId":18446744073709551615}',
    message: { type: 'sequenceAck', sequenceId: 2n ** 64n - 1n },
  },
  {
    what: '5.2 an event',
    text: '{"type":"event","event":"order.new","dataType":"json","data":{"id":7},"ackId":6,"metadata":{"k":"v"}}',
    message: {
      type: 'event',
      event: 'order.new',
      payload: { dataType: 'json', bytes: Buffer.from('{"id":7}') },
      metadata: new Map([['k', 'v']]),
      ackId: 6n,
    },
  },
  {
    what: 'J06 a request without ackId',
    text: '{"type":"joinGroup","group":"room"}',
    message: join(),
  },
  { what: 'J07 ackId 0', text: joining('"ackId":0'), message: join({ ackId: 0n }) },
  {
    what: 'J08 the largest ackId',
    text: joining('"ackId":18446744073709551615'),
    message: join({ ackId: 18446744073709551615n }),
  },
  {
    what: 'J08 an ackId that a JavaScript number cannot hold',
    text: joining('"ackId": 9007199254740993 '),
    message: join({ ackId: 9007199254740993n }),
  },
  { what: 'J09 ackId null', text: joining('"ackId":null'), message: join() },
  {
    what: 'J19 json without dataType, digit for digit',
    text: send('"data":{"a":1.50}'),
    message: sent('json', '{"a":1.50}'),
  },
  ...['0', 'false', '""', '[]', '12345678901234567890.0', '-0', '1e400', '"\\ud800"'].map(
    (json) => ({
      what: `J20 json ${json}`,
      text: send(`"data":${json}`),
      message: sent('json', json),
    }),
  ),
  {
    what: '5.3 json with its white space, without the space around it',
    text: send('"data" : { "a" : [ 1 ] } , "ackId":1'),
    message: sent('json', '{ "a" : [ 1 ] }', { ackId: 1n }),
  },
  {
    what: 'J23 metadata without data',
    text: send('"metadata":{"k":"v"}'),
    message: sent('text', '', { metadata: new Map([['k', 'v']]) }),
  },
  {
    what: '5.3 metadata without data, whatever the dataType',
    text: send('"dataType":"json","metadata":{"k":"v"}'),
    message: sent('text', '', { metadata: new Map([['k', 'v']]) }),
  },
  {
    what: 'J24 a dataType in capitals',
    text: send('"dataType":"TEXT","data":"x"'),
    message: sent('text', 'x'),
  },
  {
    what: '5.3 an empty text',
    text: send('"dataType":"text","data":""'),
    message: sent('text', ''),
  },
  {
    what: '5.3 a text with escapes',
    text: send('"dataType":"text","data":"\\u00e9\\n\\ud83d\\ude00\u{1f600}"'),
    message: sent('text', 'é\n\u{1f600}\u{1f600}'),
  },
  {
    what: '5.3 a text with half a surrogate pair, which UTF-8 cannot say',
    text: send('"dataType":"text","data":"a\\ud800b"'),
    message: sent('text', 'a\ufffdb'),
  },
  {
    what: 'J26 bytes',
    text: send('"dataType":"binary","data":"AQID"'),
    message: sent('binary', Buffer.from([1, 2, 3])),
  },
  {
    what: '5.3 bytes whose text has escapes',
    text: send('"dataType":"binary","data":"\\u002b\\/8="'),
    message: sent('binary', Buffer.from([0xfb, 0xff])),
  },
  {
    what: '5.3 no bytes',
    text: send('"dataType":"binary","data":""'),
    message: sent('binary', ''),
  },
  {
    what: 'J63 an Any',
    text: send(`"dataType":"protobuf","data":"${ANY_BASE64}"`),
    message: sent('protobuf', Buffer.from(ANY_BASE64, 'base64')),
  },
  {
    what: 'J29 metadata keys that differ in case',
    text: text('"metadata":{"Trace":"1","trace":"2"}'),
    message: sent('text', 'x', {
      metadata: new Map([
        ['Trace', '1'],
        ['trace', '2'],
      ]),
    }),
  },
  {
    what: '9.1 metadata with the names that objects have',
    text: text('"metadata":{"__proto__":"1","constructor":"2"}'),
    message: sent('text', 'x', {
      metadata: new Map([
        ['__proto__', '1'],
        ['constructor', '2'],
      ]),
    }),
  },
  { what: '9.1 empty metadata', text: text('"metadata":{}'), message: sent('text', 'x') },
  { what: '9.1 metadata null', text: text('"metadata":null'), message: sent('text', 'x') },
  { what: 'J32 ttlSeconds 0', text: text('"ttlSeconds":0'), message: sent('text', 'x') },
  {
    what: 'J32 ttlSeconds 300',
    text: text('"ttlSeconds":300'),
    message: sent('text', 'x', { ttlSeconds: 300 }),
  },
  {
    what: 'J15 noEcho',
    text: text('"noEcho":true'),
    message: sent('text', 'x', { noEcho: true }),
  },
  { what: '15.2 noEcho false', text: text('"noEcho":false'), message: sent('text', 'x') },
  {
    what: 'J34 a group of 1024 characters',
    text: `{"type":"joinGroup","group":"${'g'.repeat(1024)}"}`,
    message: join({ group: 'g'.repeat(1024) }),
  },
  {
    what: 'J35 a type in another case',
    text: '{"type":"JoinGroup","group":"room","ackId":1}',
    message: join({ ackId: 1n }),
  },
  {
    what: '5.1 the type as the last member, and space everywhere',
    text: ' \n{ "group" : "room" ,\t"type" : "joinGroup" }\r\n',
    message: join(),
  },
  {
    what: '5.1 a member name with an escape',
    text: '{"\\u0074ype":"joinGroup","group":"r\\u006fom"}',
    message: join(),
  },
  {
    what: '5.1 the last of repeated members',
    text: '{"type":"nope","group":1,"type":"joinGroup","ackId":"x","group":"room","ackId":1}',
    message: join({ ackId: 1n }),
  },
  {
    what: 'J40 unknown members',
    text: joining('"Group":1,"TYPE":[],"":{"type":"nope"},"data":5,"stream":{},"x":null'),
    message: join(),
  },
  {
    what: 'J40 __proto__',
    text: joining('"__proto__":{"group":"other","ackId":1},"constructor":1'),
    message: join(),
  },
];

const INVALID: readonly (readonly [string, string])[] = [
  ...['"1"', '-1', '1.5', '1.0', '1e3', '18446744073709551616', '-0', 'true', '[]', '{}'].map(
    (ackId) => [`J10, U12 ackId ${ackId}`, joining(`"ackId":${ackId}`)] as const,
  ),
  [`J10 an ackId of 10,000 digits`, joining(`"ackId":${'9'.repeat(10_000)}`)],
  ...['text', 'json', 'binary', 'protobuf'].map(
    (type) => [`J21 data null of ${type}`, send(`"dataType":"${type}","data":null`)] as const,
  ),
  ['J21 data null without dataType', send('"data":null')],
  ['J21 data null with metadata', send('"data":null,"metadata":{"k":"v"}')],
  ['J22 no data', '{"type":"sendToGroup","group":"room"}'],
  ['J22 no data and empty metadata', send('"metadata":{}')],
  ['J22 no data and metadata null', send('"metadata":null')],
  ['J22 an event without data', '{"type":"event","event":"e"}'],
  ...['5', 'true', '[]', '{}'].map(
    (data) => [`J25 ${data} as text`, send(`"dataType":"text","data":${data}`)] as const,
  ),
  ...['@@', 'AQ', 'AQI', 'AQ=', 'A===', '====', 'AQ==AQ==', 'AQID\\n', ' AQI', '__-_', 'ŁQID'].map(
    (data) => [`J27, 5.3 base64 ${data}`, send(`"dataType":"binary","data":"${data}"`)] as const,
  ),
  ['J27 bytes as a number', send('"dataType":"binary","data":7')],
  ['J63 an Any that is not base64', send('"dataType":"protobuf","data":"@@"')],
  ...['"xml"', '""', 'null', '1'].map(
    (type) => [`J28 dataType ${type}`, send(`"dataType":${type},"data":"x"`)] as const,
  ),
  ['J28 an unknown dataType without data', send('"dataType":"xml","metadata":{"k":"v"}')],
  ['J30 a repeated metadata key', text('"metadata":{"k":"1","k":"1"}')],
  ['J30 a repeated metadata key, escaped', text('"metadata":{"k":"1","\\u006b":"2"}')],
  ['J31 a metadata key with a space', text('"metadata":{"a b":"v"}')],
  ['J31 a metadata key of 257 bytes', text(`"metadata":{"${'k'.repeat(257)}":"v"}`)],
  ['J31 a metadata value of 1025 bytes', text(`"metadata":{"k":"${'v'.repeat(1025)}"}`)],
  [
    'J31 metadata of 8193 bytes',
    text(
      `"metadata":{${Array.from({ length: 7 }, (_, n) => `"k${n}":"${'v'.repeat(1024)}",`).join('')}"xx":"${'v'.repeat(1009)}"}`,
    ),
  ],
  ['2 a metadata value that is no string', text('"metadata":{"k":1}')],
  ['2 a metadata value null', text('"metadata":{"k":null}')],
  ['2 a metadata value beyond ASCII', text('"metadata":{"k":"é"}')],
  ['2 an empty metadata key', text('"metadata":{"":"v"}')],
  ...['[]', '"k"', '1', 'false', '["k","v"]'].map(
    (metadata) => [`2 metadata ${metadata}`, text(`"metadata":${metadata}`)] as const,
  ),
  ['2 metadata of an event', '{"type":"event","event":"e","data":1,"metadata":{"a b":"v"}}'],
  ...['301', '-1', '"5"', '1.0', '1e2', 'null', 'true', '1000000'].map(
    (ttl) => [`J32 ttlSeconds ${ttl}`, text(`"ttlSeconds":${ttl}`)] as const,
  ),
  ...['"true"', '1', 'null', '{}'].map(
    (noEcho) => [`J33 noEcho ${noEcho}`, text(`"noEcho":${noEcho}`)] as const,
  ),
  ...['""', '"  "', `"${'g'.repeat(1025)}"`, '1', 'null', '["room"]', '"a\\ud800"'].map(
    (group) =>
      [`J34 group ${group.slice(0, 12)}`, `{"type":"joinGroup","group":${group}}`] as const,
  ),
  ['J34 no group to join', '{"type":"joinGroup"}'],
  ['J34 no group to leave', '{"type":"leaveGroup","ackId":1}'],
  ['J34 no group to send to', '{"type":"sendToGroup","data":1}'],
  ...['{"type":"nope"}', '{"group":"x"}', '[]', '"x"', '{', '', ' ', 'null', '{}', '1'].map(
    (json) => [`J36 ${json || 'nothing'}`, json] as const,
  ),
  ...['1', 'null', '["ping"]', '{"ping":1}', '""', '" ping"', '"__proto__"'].map(
    (type) => [`J36 type ${type}`, `{"type":${type}}`] as const,
  ),
  ['J36 two messages in one', '{"type":"ping"}{"type":"ping"}'],
  ['J36 a byte order mark', '\ufeff{"type":"ping"}'],
  ['J36 a fault behind everything that counts', '{"type":"ping","x":[1,]}'],
  ['J36 the member of another case', '{"Type":"ping"}'],
  ...['1e', 'a/b', 'a b', 'e'.repeat(129), ''].map(
    (event) =>
      [`J44 event ${event.slice(0, 12)}`, `{"type":"event","event":"${event}","data":1}`] as const,
  ),
  ['J44 no event name', '{"type":"event","data":1}'],
  ['R27 a sequenceAck without number', '{"type":"sequenceAck"}'],
  ['U12 a sequenceId as a string', '{"type":"sequenceAck","sequenceId":"1"}'],
  ['2 a sequenceId null', '{"type":"sequenceAck","sequenceId":null}'],
  ...['ack', 'pong', 'message', 'system'].map(
    (type) => [`5.2 ${type}, which only the service says`, `{"type":"${type}","ackId":1}`] as const,
  ),
];

describe('decodeJsonMessage', () => {
  it.each(VALID)('reads $what', ({ text: json, message }) => {
    expect(decodeJsonMessage(json)).toEqual(message);
  });

  it.each(INVALID)('refuses %s', (_what, json) => {
    let thrown: unknown;
    try {
      decodeJsonMessage(json);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ProtocolViolation);
    expect(thrown).toMatchObject({
      code: 1007,
      reason: 'The client message is not a valid JSON protocol message.',
    });
  });

  it.each([
    ['the type', '{"type":"a\\nb\\u001b[31m"}'],
    ['a metadata key', text('"metadata":{"a\\nb":"v"}')],
    ['a long metadata key', text(`"metadata":{"${'\\n'.repeat(100_000)}":"v"}`)],
    ['a long type', `{"type":"${'x'.repeat(100_000)}"}`],
  ])('tells the log a short line without control characters about %s', (_what, json) => {
    let detail = '';
    try {
      decodeJsonMessage(json);
    } catch (error) {
      detail = (error as Error).message;
    }
    expect(detail).toMatch(/^[ -~]{10,200}$/);
  });

  it('pollutes no prototype', () => {
    decodeJsonMessage(joining('"__proto__":{"polluted":1}'));
    decodeJsonMessage(text('"metadata":{"__proto__":"polluted"}'));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('ignores a hundred thousand unknown members without keeping them', () => {
    const members = Array.from({ length: 100_000 }, (_, index) => `"${index}":1`).join(',');
    const start = performance.now();
    expect(decodeJsonMessage(joining(members))).toEqual(join());
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('gives up a hundred thousand metadata keys at the limit', () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `"k${index}":""`).join(',');
    expect(() => decodeJsonMessage(text(`"metadata":{${keys}}`))).toThrow('exceeds 8192 bytes');
  });
});
