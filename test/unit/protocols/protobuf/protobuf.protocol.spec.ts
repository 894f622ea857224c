import { protobufProtocol } from '../../../../lib/protocols/protobuf/protobuf.protocol.js';
import { reliableProtobufProtocol } from '../../../../lib/protocols/protobuf/reliable-protobuf.protocol.js';
import { delimited } from '../../../support/protobuf.wire.js';

const PROTOCOLS = [
  { protocol: protobufProtocol, name: 'protobuf.webpubsub.azure.v1' },
  { protocol: reliableProtobufProtocol, name: 'protobuf.reliable.webpubsub.azure.v1' },
];

describe.each(PROTOCOLS)('$name', ({ protocol, name }) => {
  it('has this name', () => {
    expect(protocol.name).toBe(name);
  });

  it('refuses text messages by its name (B11)', () => {
    expect(() => protocol.decode(Buffer.from('{"type":"ping"}'), false)).toThrow(
      expect.objectContaining({
        code: 1003,
        reason: `The ${name} subprotocol requires binary messages.`,
      }),
    );
  });

  it('refuses invalid messages by its name (B10)', () => {
    const reason = `The client message is not a valid ${name} protocol message.`;
    expect(() => protocol.decode(Buffer.alloc(0), true)).toThrow(
      expect.objectContaining({ code: 1007, reason }),
    );
    expect(protocol.invalidMessageReason).toBe(reason);
  });

  it('keeps what it logs of a message short and printable', () => {
    const key = `${'k'.repeat(150)}\n\u001b[31m${'k'.repeat(100)}`;
    const entry = delimited(6, delimited(1, key), delimited(2, 'v'));
    const message = delimited(1, delimited(1, 'room'), entry);
    expect(() => protocol.decode(message, true)).toThrow(/^[\x20-\x7e]{1,200}$/);
  });

  it('leaves a connection open when a request without ack id fails', () => {
    expect(protocol.closeOnFailure({ name: 'Forbidden', message: 'not allowed' })).toBeUndefined();
  });
});

describe('The reliable protobuf protocol', () => {
  it('alone numbers what it delivers', () => {
    expect(protobufProtocol.reliableEncoder).toBeUndefined();
    expect(reliableProtobufProtocol.reliableEncoder).toBe(reliableProtobufProtocol.encoder);
  });
});
