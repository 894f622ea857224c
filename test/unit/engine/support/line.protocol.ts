import type { ClientProtocol } from '../../../../lib/engine/ports/client-protocol.interface.js';
import type {
  FrameEncoder,
  SequencedEncoder,
} from '../../../../lib/engine/ports/frame-encoder.interface.js';

function line(text: string): Buffer {
  return Buffer.from(`${text}\n`);
}

/** Every frame is a line of text: all that the engine has to know of a protocol. */
export const lineEncoder: FrameEncoder = {
  message: ({ origin, payload }) => line(`${origin.from} ${payload.bytes.toString()}`),
  ack: (ackId, error) =>
    line(error === undefined ? `ack ${ackId}` : `ack ${ackId} ${error.name}: ${error.message}`),
  pong: () => line('pong'),
  connected: ({ connectionId, reconnectionToken }) =>
    line(['connected', connectionId, ...(reconnectionToken ? [reconnectionToken] : [])].join(' ')),
  disconnected: (text) => line(`disconnected ${text}`),
};

export const reliableLineEncoder: SequencedEncoder = {
  ...lineEncoder,
  sequencedMessage: ({ payload }, sequenceId) => line(`${sequenceId} ${payload.bytes.toString()}`),
};

/** Has no recovery, and leaves everything open. */
export const lineProtocol: ClientProtocol = {
  name: 'line',
  encoder: lineEncoder,
  invalidMessageReason: '',
  decode: () => ({ type: 'ping' }),
  closeOnFailure: () => undefined,
};

export const reliableLineProtocol: ClientProtocol = {
  ...lineProtocol,
  name: 'line.reliable',
  encoder: reliableLineEncoder,
  reliableEncoder: reliableLineEncoder,
};

/** Has no frames but messages, and closes over every failure. */
export const bareLineProtocol: ClientProtocol = {
  ...lineProtocol,
  name: undefined,
  encoder: {
    ...lineEncoder,
    ack: () => undefined,
    pong: () => undefined,
    connected: () => undefined,
    disconnected: () => undefined,
  },
  closeOnFailure: ({ name }) => ({ code: 1011, reason: name }),
};
