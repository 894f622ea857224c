import { jsonPayload, textPayload } from '../../../../lib/engine/payload.js';
import { ProtocolViolation } from '../../../../lib/engine/ports/client-protocol.interface.js';
import { decodeJsonMessage } from '../../../../lib/protocols/json/json.decoder.js';

describe('decodeJsonMessage, newer families (client-protocols.md 9)', () => {
  it.each<[string, string, object]>([
    [
      'invoke',
      '{"type":"INVOKE","invocationId":"1","target":"event","event":"sum","data":[1.0,2]}',
      { type: 'invoke', invocationId: '1', event: 'sum', payload: jsonPayload('[1.0,2]') },
    ],
    [
      'an invoke with metadata and no data',
      '{"type":"invoke","invocationId":"1","target":"event","event":"e","metadata":{"k":"v"}}',
      { type: 'invoke', invocationId: '1', event: 'e', metadata: new Map([['k', 'v']]) },
    ],
    [
      'an invoke of another target',
      '{"type":"invoke","invocationId":"1","target":"group"}',
      { type: 'invoke', invocationId: '1', event: undefined },
    ],
    [
      'cancelInvocation',
      '{"type":"cancelInvocation","invocationId":"1"}',
      { type: 'cancelInvocation', invocationId: '1' },
    ],
    ['invokeResponse', '{"type":"invokeResponse","invocationId":5}', { type: 'invokeResponse' }],
    [
      'the start of a stream',
      '{"type":"sendToGroup","group":"g","ackId":3,"noEcho":true,"stream":{"streamId":"s","idleTimeoutMs":60000}}',
      {
        type: 'startStream',
        group: 'g',
        ackId: 3n,
        noEcho: true,
        streamId: 's',
        idleTimeoutMs: 60000,
        hasPayload: false,
      },
    ],
    [
      'a start with data and a time-out that is none',
      '{"type":"sendToGroup","group":"g","data":1,"stream":{"streamId":"","idleTimeoutMs":1.5}}',
      {
        type: 'startStream',
        group: 'g',
        noEcho: false,
        streamId: '',
        idleTimeoutMs: Number.NaN,
        hasPayload: true,
      },
    ],
    [
      'a send whose stream is null',
      '{"type":"sendToGroup","group":"g","data":1,"stream":null}',
      { type: 'sendToGroup', group: 'g', payload: jsonPayload('1'), noEcho: false, ttlSeconds: 0 },
    ],
    [
      'a fragment',
      '{"type":"streamData","streamId":"s","streamSequenceId":18446744073709551615,"dataType":"text","data":""}',
      {
        type: 'streamData',
        streamId: 's',
        fragment: { sequenceId: 18_446_744_073_709_551_615n, payload: textPayload('') },
      },
    ],
    [
      'a keepalive',
      '{"type":"streamData","streamId":"s"}',
      { type: 'streamData', streamId: 's', fragment: undefined },
    ],
    [
      'an incomplete fragment',
      '{"type":"streamData","streamId":"s","data":"x","dataType":"text"}',
      { type: 'streamData', streamId: 's', fragment: 'incomplete' },
    ],
    ['streamEnd', '{"type":"streamEnd","streamId":"s"}', { type: 'streamEnd', streamId: 's' }],
    [
      'streamEnd with an error',
      '{"type":"streamEnd","streamId":"s","error":{"message":"m","userErrorCode":null,"x":1}}',
      { type: 'streamEnd', streamId: 's', error: { message: 'm' } },
    ],
    [
      'setGroupState',
      '{"type":"setGroupState","group":"g","state":{"b":"1","__proto__":"2","b":"3"}}',
      {
        type: 'setGroupState',
        group: 'g',
        state: new Map([
          ['b', '3'],
          ['__proto__', '2'],
        ]),
      },
    ],
    [
      'setGroupState null',
      '{"type":"setGroupState","group":"g","state":null,"ackId":0}',
      { type: 'setGroupState', group: 'g', state: undefined, ackId: 0n },
    ],
    [
      'subscribeGroupState',
      '{"type":"subscribeGroupState","group":"g","ackId":1}',
      { type: 'subscribeGroupState', group: 'g', ackId: 1n },
    ],
    [
      'unsubscribeGroupState',
      '{"type":"unsubscribeGroupState","group":"g"}',
      { type: 'unsubscribeGroupState', group: 'g' },
    ],
  ])('reads %s', (_what, text, message) => {
    expect(decodeJsonMessage(text)).toEqual(message);
  });

  it.each([
    ['a long invocation id', `{"type":"cancelInvocation","invocationId":"${'x'.repeat(1025)}"}`],
    ['a numeric invocation id', '{"type":"cancelInvocation","invocationId":1}'],
    ['a stream that is no object', '{"type":"sendToGroup","group":"g","stream":"s"}'],
    ['a stream without id', '{"type":"sendToGroup","group":"g","stream":{}}'],
    ['a numeric stream id', '{"type":"streamEnd","streamId":1}'],
    ['no stream id', '{"type":"streamData"}'],
    [
      'bad base64 in a fragment',
      '{"type":"streamData","streamId":"s","streamSequenceId":1,"dataType":"binary","data":"A"}',
    ],
    [
      'a negative number of a fragment',
      '{"type":"streamData","streamId":"s","streamSequenceId":-1,"dataType":"text","data":""}',
    ],
    ['an error that is a text', '{"type":"streamEnd","streamId":"s","error":"e"}'],
    [
      'an error message that is a number',
      '{"type":"streamEnd","streamId":"s","error":{"message":1}}',
    ],
    ['a state that is an array', '{"type":"setGroupState","group":"g","state":[]}'],
    ['a state with a nested object', '{"type":"setGroupState","group":"g","state":{"a":{}}}'],
    ['a blank group', '{"type":"subscribeGroupState","group":" "}'],
  ])('refuses %s', (_what, text) => {
    expect(() => decodeJsonMessage(text)).toThrow(ProtocolViolation);
  });
});
