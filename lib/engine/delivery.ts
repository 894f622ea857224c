import type { Message } from './message.js';
import type { Outbox } from './outbox.js';
import type { FrameEncoder } from './ports/frame-encoder.interface.js';

/**
 * How messages reach one connection. Plain protocols share one instance; protocols that number, keep
 * and replay what they deliver bring one for each connection.
 */
export interface Delivery {
  /** @param outbox absent while the connection has no socket */
  deliver(message: Message, encoder: FrameEncoder, outbox: Outbox | undefined): void;
}

/** At most once: the shared frame goes into the outbox and is forgotten. */
export const plainDelivery: Delivery = {
  deliver(message, encoder, outbox) {
    outbox?.append(message.frame(encoder), message.expiresAt);
  },
};
