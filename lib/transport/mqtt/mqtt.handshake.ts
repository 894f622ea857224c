import type { IncomingMessage } from 'node:http';
import { claimLists, groupsOf, rolesOf, userIdOf } from '../../auth/claims.js';
import { isGroupName } from '../../engine/names.js';
import { headerLists, valueLists } from '../connect.gate.js';
import { authenticate, isWebSocketUpgrade, refused, type HandshakeParts } from '../handshake.js';
import type { Refusal } from '../refusal.js';
import { parseSubprotocols } from '../subprotocols.js';
import type { MqttPath } from './mqtt-path.js';

export interface MqttHandshakeParts extends Omit<HandshakeParts, 'path'> {
  readonly path: MqttPath;
}

type Lists = Readonly<Record<string, readonly string[]>>;

/** A client whose token is good; who it is inside the hub, its CONNECT says. */
export interface MqttCandidate {
  readonly hub: string;
  readonly userId: string | undefined;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly claims: Lists;
  readonly query: Lists;
  readonly headers: Lists;
  readonly subprotocols: readonly string[];
  /** `mqtt` in the client's spelling. */
  readonly answer: string;
}

export type MqttHandshakeVerdict =
  | { readonly kind: 'candidate'; readonly candidate: MqttCandidate }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly reason: string };

/** The checks that HTTP answers, in the order of client-protocols.md 1.4. */
export function examineMqttHandshake(
  request: IncomingMessage,
  parts: MqttHandshakeParts,
): MqttHandshakeVerdict {
  if (!isWebSocketUpgrade(request)) return refused(400, 'not a WebSocket upgrade');
  const subprotocols = parseSubprotocols(request.headers['sec-websocket-protocol']) ?? [];
  const answer = subprotocols.find((name) => name.toLowerCase() === 'mqtt');

  const { hub, query, audiencePaths } = parts.path.parse(request.url ?? '');
  if (hub === undefined) return refused(400, 'no valid hub name', 'Invalid hub name.');
  const authenticated = authenticate(request, query, { hub, audiencePaths }, parts);
  if ('kind' in authenticated) return authenticated;
  const { claims } = authenticated;
  // The documents name the claim both ways.
  const groups = [...groupsOf(claims), ...groupsOf({ 'webpubsub.group': claims['group'] })];
  if (!groups.every(isGroupName)) {
    const text = 'The token contains an invalid group name.';
    return refused(400, text, text);
  }
  if (answer === undefined) {
    return refused(400, 'mqtt is not offered', 'The subprotocol mqtt must be offered.');
  }
  return {
    kind: 'candidate',
    candidate: {
      hub,
      userId: userIdOf(claims),
      roles: rolesOf(claims),
      groups,
      claims: claimLists(claims),
      query: valueLists(request),
      headers: headerLists(request),
      subprotocols,
      answer,
    },
  };
}
