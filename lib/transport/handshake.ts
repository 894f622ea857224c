import type { IncomingMessage } from 'node:http';
import { clientAudienceMatches } from '../auth/audience.js';
import { bearerToken } from '../auth/bearer.js';
import { groupsOf, rolesOf, userIdOf, type TokenClaims } from '../auth/claims.js';
import type { TokenVerifier } from '../auth/token.verifier.js';
import { isGroupName } from '../engine/names.js';
import { parseRawMode, type RawMode } from '../protocols/raw/raw-mode.js';
import type { ClientPath } from './client-path.js';
import type { Refusal } from './refusal.js';
import { parseSubprotocols } from './subprotocols.js';

/** What the operator decided about who may connect to a hub. */
export interface HandshakePolicy {
  /** `allow` accepts a missing token: no user, no roles, no groups. */
  readonly anonymousConnectPolicy: 'allow' | 'deny';
}

export interface HandshakeParts {
  readonly path: ClientPath;
  readonly verifier: TokenVerifier;
  /** `host[:port]` of addresses a token may be made for, besides the request's own. */
  readonly hosts: () => readonly string[];
  readonly policy: (hub: string) => HandshakePolicy;
}

/** A client that may come in, if the event handler and the quota agree. */
export interface Candidate {
  readonly hub: string;
  readonly claims: TokenClaims;
  readonly userId: string | undefined;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly subprotocols: readonly string[];
  readonly rawMode: RawMode;
  readonly query: URLSearchParams;
}

/** A client that wants its connection back (client-protocols.md 6.4). */
export interface RecoveryRequest {
  readonly hub: string;
  readonly connectionId: string;
  readonly token: string;
  readonly subprotocols: readonly string[];
}

export type HandshakeVerdict =
  | { readonly kind: 'candidate'; readonly candidate: Candidate }
  | { readonly kind: 'recovery'; readonly recovery: RecoveryRequest }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly reason: string };

const NO_CLAIMS: TokenClaims = {};
// 16 bytes in base64.
const KEY_PATTERN = /^[+/0-9A-Za-z]{22}==$/;

/** The checks of a handshake in the order of client-protocols.md 1.4; the first failure answers. */
export function examineHandshake(
  request: IncomingMessage,
  parts: HandshakeParts,
): HandshakeVerdict {
  if (!isWebSocketUpgrade(request)) return refused(400, 'not a WebSocket upgrade');
  const subprotocols = parseSubprotocols(request.headers['sec-websocket-protocol']);
  if (subprotocols === undefined) return refused(400, 'malformed Sec-WebSocket-Protocol');

  const { hub, query, audiencePaths } = parts.path.parse(request.url ?? '');
  if (hub === undefined) return refused(400, 'no valid hub name', 'Invalid hub name.');
  const connectionId = query.get('awps_connection_id');
  if (connectionId) {
    // An access token in the URL is the one of long ago; it is not looked at.
    const token = query.get('awps_reconnection_token') ?? '';
    return { kind: 'recovery', recovery: { hub, connectionId, token, subprotocols } };
  }

  const claims = authenticate(request, query, { hub, audiencePaths }, parts);
  if ('kind' in claims) return claims;
  const groups = groupsOf(claims.claims);
  if (!groups.every(isGroupName)) {
    const text = 'The token contains an invalid group name.';
    return refused(400, text, text);
  }
  const rawMode = parseRawMode(query);
  if (!rawMode.ok) return refused(400, rawMode.message, rawMode.message);

  return {
    kind: 'candidate',
    candidate: {
      hub,
      claims: claims.claims,
      userId: userIdOf(claims.claims),
      roles: rolesOf(claims.claims),
      groups,
      subprotocols,
      rawMode: rawMode.mode,
      query,
    },
  };
}

/** What the token of a request says; a missing one says nothing where anonymous clients may come. */
export function authenticate(
  request: IncomingMessage,
  query: URLSearchParams,
  target: { readonly hub: string; readonly audiencePaths: readonly string[] },
  parts: Omit<HandshakeParts, 'path'>,
): { readonly claims: TokenClaims } | Extract<HandshakeVerdict, { kind: 'refused' }> {
  const token = query.get('access_token') || bearerToken(request.headersDistinct['authorization']);
  if (!token) {
    if (parts.policy(target.hub).anonymousConnectPolicy === 'allow') return { claims: NO_CLAIMS };
    return refused(401, 'no access token');
  }
  const host = request.headers.host;
  const hosts = host === undefined ? parts.hosts() : [host, ...parts.hosts()];
  const verdict = parts.verifier.verify(token, (audience) =>
    clientAudienceMatches(audience, { hosts, paths: target.audiencePaths }),
  );
  return verdict.valid ? { claims: verdict.claims } : refused(401, verdict.reason);
}

export function isWebSocketUpgrade(request: IncomingMessage): boolean {
  const { upgrade } = request.headers;
  const version = request.headers['sec-websocket-version'];
  return (
    request.method === 'GET' &&
    upgrade?.toLowerCase() === 'websocket' &&
    (version === '13' || version === '8') &&
    KEY_PATTERN.test(request.headers['sec-websocket-key'] ?? '')
  );
}

export function refused(
  status: number,
  reason: string,
  text?: string,
): Extract<HandshakeVerdict, { kind: 'refused' }> {
  return { kind: 'refused', refusal: { status, text }, reason };
}
