import type { ClientProtocol } from '../engine/ports/client-protocol.interface.js';
import { jsonProtocol } from './json/json.protocol.js';
import { reliableJsonProtocol } from './json/reliable-json.protocol.js';
import { protobufProtocol } from './protobuf/protobuf.protocol.js';
import { reliableProtobufProtocol } from './protobuf/reliable-protobuf.protocol.js';

/** Every predefined subprotocol; one line makes another one known. */
const PROTOCOLS: readonly ClientProtocol[] = [
  jsonProtocol,
  reliableJsonProtocol,
  protobufProtocol,
  reliableProtobufProtocol,
];

export interface Negotiated {
  readonly protocol: ClientProtocol;
  /** For `Sec-WebSocket-Protocol`, in the client's spelling. */
  readonly answer: string;
}

/** The first offered name that is known, compared without regard to case (client-protocols.md 1.5). */
export function negotiate(offered: readonly string[]): Negotiated | undefined {
  for (const answer of offered) {
    const name = answer.toLowerCase();
    const protocol = PROTOCOLS.find((candidate) => candidate.name === name);
    if (protocol !== undefined) return { protocol, answer };
  }
  return undefined;
}
