import { Message, type MessageOrigin } from '../../../../lib/engine/message.js';
import {
  binaryPayload,
  jsonPayload,
  textPayload,
  type Payload,
} from '../../../../lib/engine/payload.js';
import { jsonEncoder, jsonMessageStart } from '../../../../lib/protocols/json/json.encoder.js';
import { textFrame } from '../../../../lib/protocols/websocket-frame.js';

const SERVER: MessageOrigin = { from: 'server' };
const ANY_BASE64 = 'Ci90eXBlLmdvb2dsZWFwaXMuY29tL2F6dXJlLndlYnB1YnN1Yi5UZXN0TWVzc2FnZRICCAE=';
const ANY: Payload = { dataType: 'protobuf', bytes: Buffer.from(ANY_BASE64, 'base64') };

function group(name: string, fromUserId: string | null): MessageOrigin {
  return { from: 'group', group: name, fromUserId };
}

function frameOf(text: string): Buffer {
  return textFrame(Buffer.from(text));
}

interface MessageCase {
  readonly what: string;
  readonly origin: MessageOrigin;
  readonly payload: Payload;
  readonly metadata?: [string, string][];
  readonly text: string;
}

/** Whole frames, because official SDK tests compare them as text (client-protocols.md 5.1). */
const MESSAGES: readonly MessageCase[] = [
  {
    what: 'J14 text from a group',
    origin: group('news', 'ann'),
    payload: textPayload('hello'),
    text: '{"type":"message","from":"group","group":"news","fromUserId":"ann","dataType":"text","data":"hello"}',
  },
  {
    what: 'J56, J57 no sender as null; 5.4 JSON as written, with metadata',
    origin: group('news', null),
    payload: jsonPayload('{"n":[1,2.50]}'),
    metadata: [['trace-id', 't9']],
    text: '{"type":"message","from":"group","group":"news","fromUserId":null,"dataType":"json","data":{"n":[1,2.50]},"metadata":{"trace-id":"t9"}}',
  },
  {
    what: 'J55 text from the service, with neither group nor sender',
    origin: SERVER,
    payload: textPayload('hi'),
    text: '{"type":"message","from":"server","dataType":"text","data":"hi"}',
  },
  {
    what: 'J26 bytes as base64',
    origin: SERVER,
    payload: binaryPayload(Buffer.from([1, 2, 3])),
    text: '{"type":"message","from":"server","dataType":"binary","data":"AQID"}',
  },
  {
    what: 'base64 in the standard alphabet, padded',
    origin: SERVER,
    payload: binaryPayload(Buffer.from([0xfb, 0xff, 0xfe, 0xff])),
    text: '{"type":"message","from":"server","dataType":"binary","data":"+//+/w=="}',
  },
  {
    what: 'no bytes',
    origin: SERVER,
    payload: binaryPayload(Buffer.alloc(0)),
    text: '{"type":"message","from":"server","dataType":"binary","data":""}',
  },
  {
    what: 'J63 an Any',
    origin: SERVER,
    payload: ANY,
    text: `{"type":"message","from":"server","dataType":"protobuf","data":"${ANY_BASE64}"}`,
  },
  {
    what: 'J23 an empty text with metadata',
    origin: SERVER,
    payload: textPayload(''),
    metadata: [['k', 'v']],
    text: '{"type":"message","from":"server","dataType":"text","data":"","metadata":{"k":"v"}}',
  },
  ...['0', 'false', '""', '[]', '12345678901234567890.0', '1e400', '-0', '"\\ud800"'].map(
    (json) => ({
      what: `J20 JSON ${json}`,
      origin: SERVER,
      payload: jsonPayload(json),
      text: `{"type":"message","from":"server","dataType":"json","data":${json}}`,
    }),
  ),
  {
    what: 'text that needs escapes',
    origin: SERVER,
    payload: textPayload('"\\\n\u0000\u2028é\u{1f600}'),
    text: '{"type":"message","from":"server","dataType":"text","data":"\\"\\\\\\n\\u0000\u2028é\u{1f600}"}',
  },
  {
    what: 'names that need escapes',
    origin: group('a"b\\', '"},{\n'),
    payload: textPayload('x'),
    text: '{"type":"message","from":"group","group":"a\\"b\\\\","fromUserId":"\\"},{\\n","dataType":"text","data":"x"}',
  },
  {
    what: 'half a surrogate pair in a user id, as an escape',
    origin: group('g', '\ud800'),
    payload: textPayload('x'),
    text: '{"type":"message","from":"group","group":"g","fromUserId":"\\ud800","dataType":"text","data":"x"}',
  },
  {
    what: 'J29 metadata in its order and spelling, whatever the keys',
    origin: SERVER,
    payload: textPayload('x'),
    metadata: [
      ['b', '"'],
      ['Trace', '1'],
      ['trace', '2'],
      ['10', 'x'],
      ['9', 'y'],
      ['__proto__', 'z'],
    ],
    text: '{"type":"message","from":"server","dataType":"text","data":"x","metadata":{"b":"\\"","Trace":"1","trace":"2","10":"x","9":"y","__proto__":"z"}}',
  },
];

function messageOf({ origin, payload, metadata }: MessageCase): Message {
  return new Message({ origin, payload, ...(metadata && { metadata: new Map(metadata) }) });
}

describe('jsonEncoder', () => {
  it.each(MESSAGES)('writes $what', (example) => {
    expect(jsonEncoder.message(messageOf(example))).toEqual(frameOf(example.text));
  });

  it.each(MESSAGES)('leaves out nothing but the brace: $what', (example) => {
    expect(`${jsonMessageStart(messageOf(example))}}`).toBe(example.text);
  });

  it('leaves out empty metadata', () => {
    const message = new Message({
      origin: SERVER,
      payload: textPayload('x'),
      metadata: new Map(),
    });
    expect(jsonMessageStart(message)).toBe(
      '{"type":"message","from":"server","dataType":"text","data":"x"',
    );
  });

  it.each([
    [3n, '{"type":"ack","ackId":3,"success":true}'],
    [0n, '{"type":"ack","ackId":0,"success":true}'],
    [2n ** 64n - 1n, '{"type":"ack","ackId":18446744073709551615,"success":true}'],
  ])('acknowledges %s with bare digits (J07, J08)', (ackId, text) => {
    expect(jsonEncoder.ack(ackId)).toEqual(frameOf(text));
  });

  it('refuses with a name and a message (5.6)', () => {
    const error = {
      name: 'Forbidden',
      message: "The client does not have permission to send to group 'a\"b'.",
    } as const;
    expect(jsonEncoder.ack(3n, error)).toEqual(
      frameOf(
        '{"type":"ack","ackId":3,"success":false,"error":{"name":"Forbidden","message":"The client does not have permission to send to group \'a\\"b\'."}}',
      ),
    );
  });

  it('shows of an error no more than name and message', () => {
    const error = Object.assign(new Error('Internal server error'), {
      name: 'InternalServerError' as const,
      secret: 1,
    });
    expect(jsonEncoder.ack(1n, error)).toEqual(
      frameOf(
        '{"type":"ack","ackId":1,"success":false,"error":{"name":"InternalServerError","message":"Internal server error"}}',
      ),
    );
  });

  it.each([
    [
      'a user',
      { connectionId: 'c1', userId: 'ann' },
      '{"type":"system","event":"connected","userId":"ann","connectionId":"c1"}',
    ],
    [
      'H28 nobody',
      { connectionId: 'c1', userId: undefined },
      '{"type":"system","event":"connected","userId":null,"connectionId":"c1"}',
    ],
    [
      '1.6 the user of the empty name',
      { connectionId: 'c1', userId: '' },
      '{"type":"system","event":"connected","userId":"","connectionId":"c1"}',
    ],
    [
      '6.1 a client that can come back',
      { connectionId: 'c1', userId: 'ann', reconnectionToken: 't' },
      '{"type":"system","event":"connected","userId":"ann","connectionId":"c1","reconnectionToken":"t"}',
    ],
  ])('greets %s', (_what, info, text) => {
    expect(jsonEncoder.connected(info)).toEqual(frameOf(text));
  });

  it('says goodbye (5.5)', () => {
    expect(jsonEncoder.disconnected('Reason: "x"')).toEqual(
      frameOf('{"type":"system","event":"disconnected","message":"Reason: \\"x\\""}'),
    );
  });

  it('answers a ping (J01)', () => {
    expect(jsonEncoder.pong()).toEqual(frameOf('{"type":"pong"}'));
  });
});
