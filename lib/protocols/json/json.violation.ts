import { ProtocolViolation } from '../../engine/ports/client-protocol.interface.js';

/** What a client is told whose message the protocol does not allow (client-protocols.md 5.1). */
export const INVALID_JSON_MESSAGE = 'The client message is not a valid JSON protocol message.';

const MAX_DETAIL_LENGTH = 200;

/** @param detail for the log; what it quotes of the client's text is quoted with `JSON.stringify` */
export function jsonViolation(detail: string): ProtocolViolation {
  return new ProtocolViolation(1007, INVALID_JSON_MESSAGE, detail.slice(0, MAX_DETAIL_LENGTH));
}
