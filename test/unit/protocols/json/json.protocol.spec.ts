import { Message } from '../../../../lib/engine/message.js';
import { textPayload } from '../../../../lib/engine/payload.js';
import {
  ProtocolViolation,
  type ClientProtocol,
} from '../../../../lib/engine/ports/client-protocol.interface.js';
import { jsonProtocol } from '../../../../lib/protocols/json/json.protocol.js';
import {
  reliableJsonEncoder,
  reliableJsonProtocol,
} from '../../../../lib/protocols/json/reliable-json.protocol.js';
import { textFrame } from '../../../../lib/protocols/websocket-frame.js';

const PING = Buffer.from('{"type":"ping"}');
const INVALID_MESSAGE = 'The client message is not a valid JSON protocol message.';

function refusal(protocol: ClientProtocol, data: Buffer, isBinary: boolean): unknown {
  try {
    return protocol.decode(data, isBinary);
  } catch (error) {
    return error;
  }
}

describe.each([jsonProtocol, reliableJsonProtocol])('$name', (protocol) => {
  it('reads text', () => {
    expect(protocol.decode(PING, false)).toEqual({ type: 'ping' });
  });

  it('J36 refuses a text that is no message with 1007', () => {
    const error = refusal(protocol, Buffer.from('{'), false);
    expect(error).toBeInstanceOf(ProtocolViolation);
    expect(error).toMatchObject({ code: 1007, reason: INVALID_MESSAGE });
  });

  it('J37 refuses a binary message with 1003, whatever is in it', () => {
    const error = refusal(protocol, PING, true);
    expect(error).toBeInstanceOf(ProtocolViolation);
    expect(error).toMatchObject({
      code: 1003,
      reason: 'The JSON subprotocol requires text messages.',
    });
  });

  it('has the same words for a text that is not UTF-8 (10.3)', () => {
    expect(protocol.invalidMessageReason).toBe(INVALID_MESSAGE);
  });

  it.each(['Forbidden', 'InternalServerError', 'BadRequest'] as const)(
    'stays open when a request without ackId fails with %s (U3, U4)',
    (name) => {
      expect(protocol.closeOnFailure({ name, message: '' })).toBeUndefined();
    },
  );
});

describe('reliableJsonEncoder', () => {
  const START = '{"type":"message","from":"server","dataType":"text","data":"hi"';
  const message = new Message({ origin: { from: 'server' }, payload: textPayload('hi') });

  it.each([1, 2, Number.MAX_SAFE_INTEGER])('puts the number %d behind the message', (number) => {
    expect(reliableJsonEncoder.sequencedMessage(message, number, {})).toEqual(
      textFrame(Buffer.from(`${START},"sequenceId":${number}}`)),
    );
  });

  it('encodes all but the number once (R04)', () => {
    const cache: { body?: Buffer } = {};
    reliableJsonEncoder.sequencedMessage(message, 1, cache);
    const { body } = cache;
    reliableJsonEncoder.sequencedMessage(message, 2, cache);
    expect(body?.toString()).toBe(START);
    expect(cache.body).toBe(body);
  });
});
