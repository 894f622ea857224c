/** What a JSON client says, and every frame it hears, character by character (client-protocols.md 13.4). */
export interface Exchange {
  readonly id: string;
  readonly behaviour: string;
  readonly says: readonly string[];
  readonly hears: readonly string[];
}

/** A frame that the protocol does not allow; the connection is closed with 1007 and hears nothing else. */
export interface Violation {
  readonly id: string;
  readonly what: string;
  readonly frame: string;
}

export const INVALID_MESSAGE = 'The client message is not a valid JSON protocol message.';

const BIGGEST = '18446744073709551615';
const TOO_BIG = '18446744073709551616';

export function join(ackId?: number | string, group = 'room'): string {
  return `{"type":"joinGroup","group":"${group}"${ackId === undefined ? '' : `,"ackId":${String(ackId)}`}}`;
}

export function leave(ackId?: number | string, group = 'room'): string {
  return `{"type":"leaveGroup","group":"${group}"${ackId === undefined ? '' : `,"ackId":${String(ackId)}`}}`;
}

/** A `sendToGroup` with the given members behind the group, as they are written. */
export function send(members: string, group = 'room'): string {
  return `{"type":"sendToGroup","group":"${group}"${members === '' ? '' : `,${members}`}}`;
}

export function ack(ackId: number | string): string {
  return `{"type":"ack","ackId":${String(ackId)},"success":true}`;
}

export function nack(ackId: number | string, name: string, message: string): string {
  return `{"type":"ack","ackId":${String(ackId)},"success":false,"error":{"name":"${name}","message":"${message}"}}`;
}

export function duplicate(ackId: number | string): string {
  return nack(ackId, 'Duplicate', `Message with ack-id: ${String(ackId)} has been processed`);
}

export function failed(ackId: number | string): string {
  return nack(ackId, 'InternalServerError', 'Internal server error');
}

export function forbidden(ackId: number | string, action: string, group: string): string {
  const message = `The client does not have permission to ${action} group '${group}'.`;
  return nack(ackId, 'Forbidden', message);
}

/** A message of `ann` to `room`, as another JSON client sees it. */
export function heard(rest: string, fromUserId = '"ann"', group = 'room'): string {
  return `{"type":"message","from":"group","group":"${group}","fromUserId":${fromUserId},${rest}}`;
}

/** A message of the service to this connection. */
export function served(rest: string): string {
  return `{"type":"message","from":"server",${rest}}`;
}

/** Joins `room` and says one thing to it: what becomes of it is the client's own copy. */
function echo(id: string, behaviour: string, members: string, arrives: string): Exchange {
  return { id, behaviour, says: [join(1), send(members)], hears: [ack(1), heard(arrives)] };
}

export const EXCHANGES: readonly Exchange[] = [
  {
    id: 'J01',
    behaviour: 'answers a ping',
    says: ['{"type":"ping"}'],
    hears: ['{"type":"pong"}'],
  },
  { id: 'J02', behaviour: 'acknowledges a join', says: [join(1)], hears: [ack(1)] },
  {
    id: 'J03',
    behaviour: 'reports the second use of an ack id',
    says: [join(1), join(1)],
    hears: [ack(1), duplicate(1)],
  },
  {
    id: 'J04',
    behaviour: 'lets a member join again',
    says: [join(1), join(2)],
    hears: [ack(1), ack(2)],
  },
  {
    id: 'J05',
    behaviour: 'lets a client leave a group it is not in',
    says: [leave(3)],
    hears: [ack(3)],
  },
  { id: 'J07', behaviour: 'takes 0 for an ack id', says: [join(0)], hears: [ack(0)] },
  {
    id: 'J08',
    behaviour: 'keeps the largest ack id exact',
    says: [join(BIGGEST), join(BIGGEST)],
    hears: [ack(BIGGEST), duplicate(BIGGEST)],
  },
  {
    id: 'J09',
    behaviour: 'executes a request whose ack id is null, without an ack',
    says: [join('null'), send('"dataType":"text","data":"in"')],
    hears: [heard('"dataType":"text","data":"in"')],
  },
  {
    id: 'J13',
    behaviour: 'has one number space for all kinds of requests',
    says: [join(5), '{"type":"event","event":"e","dataType":"text","data":"","ackId":5}'],
    hears: [ack(5), duplicate(5)],
  },
  {
    id: 'J14',
    behaviour: 'sends a member its own message before the ack',
    says: [join(1), send('"dataType":"text","data":"hi","ackId":2')],
    hears: [ack(1), heard('"dataType":"text","data":"hi"'), ack(2)],
  },
  {
    id: 'J15',
    behaviour: 'leaves the sender out with noEcho',
    says: [join(1), send('"dataType":"text","data":"hi","noEcho":true,"ackId":2')],
    hears: [ack(1), ack(2)],
  },
  {
    id: 'J15',
    behaviour: 'echoes with an explicit noEcho false',
    says: [join(1), send('"noEcho":false,"dataType":"text","data":"hi","ackId":2')],
    hears: [ack(1), heard('"dataType":"text","data":"hi"'), ack(2)],
  },
  {
    id: 'J17',
    behaviour: 'acknowledges a send to a group without members',
    says: [send('"dataType":"text","data":"hi","ackId":1', 'nobody')],
    hears: [ack(1)],
  },
  echo(
    'J19',
    'takes json for the default and keeps the digits',
    '"data":{"a":1.50}',
    '"dataType":"json","data":{"a":1.50}',
  ),
  ...['0', 'false', '""', '[]', '-0.0', '1e400', '12345678901234567890', '[null,true]'].map(
    (value) =>
      echo('J20', `delivers json ${value}`, `"data":${value}`, `"dataType":"json","data":${value}`),
  ),
  echo(
    'J23',
    'sends an empty text when there is only metadata',
    '"metadata":{"k":"v"}',
    '"dataType":"text","data":"","metadata":{"k":"v"}',
  ),
  echo(
    'J24',
    'reads dataType without regard to case',
    '"dataType":"TEXT","data":"x"',
    '"dataType":"text","data":"x"',
  ),
  echo(
    'J26',
    'carries bytes as base64',
    '"dataType":"binary","data":"AQID"',
    '"dataType":"binary","data":"AQID"',
  ),
  echo(
    'J26',
    'carries no bytes at all',
    '"dataType":"binary","data":""',
    '"dataType":"binary","data":""',
  ),
  echo(
    'J29',
    'tells metadata keys apart by case',
    '"dataType":"text","data":"x","metadata":{"Trace":"1","trace":"2"}',
    '"dataType":"text","data":"x","metadata":{"Trace":"1","trace":"2"}',
  ),
  echo(
    'J29',
    'leaves empty metadata out',
    '"dataType":"text","data":"x","metadata":{}',
    '"dataType":"text","data":"x"',
  ),
  ...[0, 300].map((ttl) => ({
    id: 'J32',
    behaviour: `takes ttlSeconds ${String(ttl)}`,
    says: [send(`"dataType":"text","data":"x","ttlSeconds":${String(ttl)},"ackId":1`)],
    hears: [ack(1)],
  })),
  {
    id: 'J34',
    behaviour: 'takes a group name of 1024 characters',
    says: [join(1, 'g'.repeat(1024))],
    hears: [ack(1)],
  },
  {
    id: 'J35',
    behaviour: 'reads the type without regard to case',
    says: ['{"type":"JoinGroup","group":"room","ackId":1}'],
    hears: [ack(1)],
  },
  {
    id: 'J40',
    behaviour: 'ignores members it does not know, and takes the type last',
    says: [
      '{"extra":{"type":"ping"},"ackId":1,"group":"room","type":"joinGroup"}',
      send('"x":[1,{"data":2}],"data":"t","dataType":"text","y":null'),
    ],
    hears: [ack(1), heard('"dataType":"text","data":"t"')],
  },
  {
    id: 'J40',
    behaviour: 'takes the last of a repeated member',
    says: ['{"type":"nope","type":"joinGroup","group":"","group":"room","ackId":7,"ackId":1}'],
    hears: [ack(1)],
  },
  {
    id: 'J41',
    behaviour: 'ignores a sequenceAck',
    says: ['{"type":"sequenceAck","sequenceId":1}'],
    hears: [],
  },
  {
    id: 'J42',
    behaviour: 'reports an event that nobody handles, and forgets its ack id',
    says: [
      '{"type":"event","event":"e","dataType":"text","data":"x","ackId":7}',
      '{"type":"event","event":"e","dataType":"text","data":"x","ackId":7}',
    ],
    hears: [failed(7), failed(7)],
  },
  {
    id: 'J43',
    behaviour: 'is silent about an event without ack id that nobody handles',
    says: ['{"type":"event","event":"e","dataType":"text","data":"x"}'],
    hears: [],
  },
  echo(
    'J63',
    'carries a protobuf Any as base64',
    '"dataType":"protobuf","data":"Ci90eXBlLmdvb2dsZWFwaXMuY29tL2F6dXJlLndlYnB1YnN1Yi5UZXN0TWVzc2FnZRICCAE="',
    '"dataType":"protobuf","data":"Ci90eXBlLmdvb2dsZWFwaXMuY29tL2F6dXJlLndlYnB1YnN1Yi5UZXN0TWVzc2FnZRICCAE="',
  ),
];

const KEY_256 = 'k'.repeat(256);
/** Seven entries of 1026 bytes and one of 1010: 8192 bytes, the most that is allowed. */
const METADATA_8192 = [
  ...Array.from({ length: 7 }, (_, index) => `"k${String(index)}":"${'v'.repeat(1024)}"`),
  `"k7":"${'v'.repeat(1008)}"`,
].join(',');
const METADATA_8193 = METADATA_8192.replace('"k7"', '"k77"');

/** The largest metadata the protocol allows, which must pass. */
export const METADATA_LIMITS: readonly { readonly what: string; readonly metadata: string }[] = [
  { what: 'a key of 256 bytes', metadata: `{"${KEY_256}":"v"}` },
  { what: 'a value of 1024 bytes', metadata: `{"k":"${'v'.repeat(1024)}"}` },
  { what: '8192 bytes in all', metadata: `{${METADATA_8192}}` },
  { what: 'every character a key may have', metadata: '{"!#$%&\'*+-.^_`|~09azAZ":"! ~"}' },
];

function data(id: string, what: string, members: string): Violation {
  return { id, what, frame: send(members) };
}

export const VIOLATIONS: readonly Violation[] = [
  ...['"1"', '-1', '1.5', TOO_BIG, '1e2', '-0', 'true', '{}', '01'].map((value) => ({
    id: 'J10',
    what: `ackId ${value}`,
    frame: join(value),
  })),
  ...['text', 'json', 'binary', 'protobuf'].map((type) =>
    data('J21', `data null of ${type}`, `"dataType":"${type}","data":null`),
  ),
  data('J21', 'data null without dataType', '"data":null'),
  data('J22', 'no data', ''),
  data('J22', 'no data and empty metadata', '"metadata":{}'),
  { id: 'J22', what: 'an event without data', frame: '{"type":"event","event":"e"}' },
  data('J25', 'a number as text', '"dataType":"text","data":5'),
  data('J27', 'binary that is not base64', '"dataType":"binary","data":"@@"'),
  data('J27', 'base64 without padding', '"dataType":"binary","data":"AQ"'),
  data('J27', 'base64 of the URL alphabet', '"dataType":"binary","data":"__-_"'),
  data('J27', 'bytes given as a number', '"dataType":"binary","data":7'),
  data('J28', 'an unknown dataType', '"dataType":"xml","data":"<a/>"'),
  data('J28', 'a dataType that is no string', '"dataType":1,"data":"x"'),
  data('J30', 'a repeated metadata key', '"data":1,"metadata":{"k":"1","k":"2"}'),
  data('J31', 'a metadata key with a space', '"data":1,"metadata":{"a b":"v"}'),
  data('J31', 'an empty metadata key', '"data":1,"metadata":{"":"v"}'),
  data('J31', 'a metadata key of 257 bytes', `"data":1,"metadata":{"${KEY_256}k":"v"}`),
  data('J31', 'a metadata value of 1025 bytes', `"data":1,"metadata":{"k":"${'v'.repeat(1025)}"}`),
  data('J31', '8193 bytes of metadata', `"data":1,"metadata":{${METADATA_8193}}`),
  data('J31', 'a metadata value that is no string', '"data":1,"metadata":{"k":1}'),
  data('J31', 'a metadata value beyond ASCII', '"data":1,"metadata":{"k":"é"}'),
  data('J31', 'a metadata value with a line break', '"data":1,"metadata":{"k":"a\\r\\nb"}'),
  data('J31', 'metadata that is no object', '"data":1,"metadata":["k"]'),
  ...['301', '-1', '"5"', '1.5'].map((ttl) =>
    data('J32', `ttlSeconds ${ttl}`, `"data":1,"ttlSeconds":${ttl}`),
  ),
  data('J33', 'noEcho as a string', '"data":1,"noEcho":"true"'),
  data('J33', 'noEcho as a number', '"data":1,"noEcho":1'),
  { id: 'J34', what: 'an empty group', frame: join(1, '') },
  { id: 'J34', what: 'a blank group', frame: join(1, '  ') },
  { id: 'J34', what: 'a group of 1025 characters', frame: join(1, 'g'.repeat(1025)) },
  { id: 'J34', what: 'a group that is no string', frame: '{"type":"joinGroup","group":5}' },
  { id: 'J34', what: 'no group', frame: '{"type":"leaveGroup","ackId":1}' },
  { id: 'J36', what: 'an unknown type', frame: '{"type":"nope"}' },
  { id: 'J36', what: 'the ack of 2021', frame: '{"type":"ack","sequenceId":1}' },
  { id: 'J36', what: 'no type', frame: '{"group":"x"}' },
  { id: 'J36', what: 'a type that is no string', frame: '{"type":["ping"]}' },
  { id: 'J36', what: 'a type in capitals of a member name', frame: '{"Type":"ping"}' },
  { id: 'J36', what: 'an array', frame: '[]' },
  { id: 'J36', what: 'a string', frame: '"x"' },
  { id: 'J36', what: 'null', frame: 'null' },
  { id: 'J36', what: 'half an object', frame: '{' },
  { id: 'J36', what: 'two objects', frame: '{"type":"ping"}{"type":"ping"}' },
  { id: 'J36', what: 'a comment', frame: '{"type":"ping"/**/}' },
  { id: 'J36', what: 'a trailing comma', frame: '{"type":"ping",}' },
  { id: 'J36', what: 'an empty text', frame: '' },
  ...['1e', 'a/b', 'a b', '', 'e'.repeat(129), 'é'].map((name) => ({
    id: 'J44',
    what: `an event named ${name.length > 9 ? `e × ${String(name.length)}` : JSON.stringify(name)}`,
    frame: `{"type":"event","event":"${name}","data":1}`,
  })),
  { id: 'J44', what: 'an event without a name', frame: '{"type":"event","data":1}' },
  ...['"1"', '-1', '1.5', TOO_BIG, 'null'].map((value) => ({
    id: '6.3',
    what: `sequenceId ${value}`,
    frame: `{"type":"sequenceAck","sequenceId":${value}}`,
  })),
  { id: '6.3', what: 'a sequenceAck without a number', frame: '{"type":"sequenceAck"}' },
];
