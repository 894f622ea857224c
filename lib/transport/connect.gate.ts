import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { claimLists } from '../auth/claims.js';
import { isGroupName } from '../engine/names.js';
import type { ClientProtocol } from '../engine/ports/client-protocol.interface.js';
import type { Diagnostics } from '../engine/ports/diagnostics.interface.js';
import type {
  ConnectAccepted,
  EventConnection,
  EventSink,
} from '../engine/ports/event-sink.interface.js';
import { negotiate } from '../protocols/negotiate.js';
import { RawProtocol } from '../protocols/raw/raw.protocol.js';
import { pathOf } from './client-path.js';
import type { Candidate } from './handshake.js';
import { linkAbort, withAbort } from '../engine/abort-signals.js';
import type { Refusal } from './refusal.js';

export interface ConnectGateParts {
  readonly events: EventSink;
  readonly diagnostics: Diagnostics;
  /** How long a connect handler may hold a handshake back. */
  readonly timeoutMs: number;
  /** Aborts when the application closes. */
  readonly shutdown: AbortSignal;
}

/** What a connection is known by before it is one. */
export interface ConnectionIds {
  readonly id: string;
  readonly identity: object;
}

/** The protocol of a connection, and what the handshake answer says about it. */
export interface Selection {
  readonly protocol: ClientProtocol;
  readonly answer: string | undefined;
}

/** What the connect handler made of a candidate. */
export interface Admission {
  readonly accepted: ConnectAccepted;
  readonly selection: Selection;
}

/** Where the connect handler has its say, while the upgrade answer is held back. */
export class ConnectGate {
  constructor(private readonly parts: ConnectGateParts) {}

  /** Asks the connect handler, if there is one, while the upgrade answer is held back. */
  async consult(
    candidate: Candidate,
    { id: connectionId, identity }: ConnectionIds,
    request: IncomingMessage,
    socket: Duplex,
  ): Promise<Admission | Refusal> {
    const aborter = new AbortController();
    const { signal } = aborter;
    const asked = this.parts.events.connect(
      {
        connection: { ...describe(candidate), connectionId, identity },
        claims: claimLists(candidate.claims),
        query: valueLists(request),
        headers: headerLists(request),
        subprotocols: candidate.subprotocols,
      },
      signal,
    );
    if (asked === undefined) return select({ accepted: true }, candidate);
    const unlink = linkAbort(aborter, this.parts.shutdown);
    const abort = (): void => aborter.abort();
    // Nobody reads yet: a client that hangs up ends its half, and Node keeps the other one open.
    for (const event of ['end', 'close']) socket.once(event, abort);
    const timer = setTimeout(abort, this.parts.timeoutMs);
    try {
      const answer = await withAbort(asked, signal);
      if (!answer.accepted) {
        const text = 'The connect event handler rejected the connection.';
        return { status: answer.status, text };
      }
      if (answer.groups?.some((group) => !isGroupName(group))) return { status: 500 };
      return select(answer, candidate);
    } catch (error) {
      if (this.parts.shutdown.aborted) return { status: 503 };
      if (!socket.readableEnded && !socket.destroyed) {
        this.parts.diagnostics.error(`hub ${candidate.hub}: the connect handler failed`, error);
      }
      return { status: 500 };
    } finally {
      clearTimeout(timer);
      unlink();
      for (const event of ['end', 'close']) socket.off(event, abort);
    }
  }
}

function describe(candidate: Candidate): Omit<EventConnection, 'connectionId' | 'identity'> {
  return {
    hub: candidate.hub,
    userId: candidate.userId,
    subprotocol: undefined,
    state: undefined,
  };
}

/** The first offered name we know, unless a handler chose one (client-protocols.md 1.5). */
function select(accepted: ConnectAccepted, candidate: Candidate): Admission | Refusal {
  const raw = new RawProtocol(candidate.rawMode);
  const chosen = accepted.subprotocol;
  if (!chosen) {
    const negotiated = negotiate(candidate.subprotocols);
    return { accepted, selection: negotiated ?? { protocol: raw, answer: undefined } };
  }
  const offered = candidate.subprotocols.find(
    (name) => name.toLowerCase() === chosen.toLowerCase(),
  );
  if (offered === undefined) return { status: 500 };
  return { accepted, selection: negotiate([offered]) ?? { protocol: raw, answer: offered } };
}

/** Names as the client wrote them (events.md 5.2); its token is left out. */
export function valueLists({ url = '' }: IncomingMessage): Record<string, string[]> {
  const query = new URLSearchParams(url.slice(pathOf(url).length));
  const lists: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of query) {
    if (name.toLowerCase() !== 'access_token') (lists[name] ??= []).push(value);
  }
  return lists;
}

const HIDDEN_HEADER = /^(authorization$|x-asrs-internal-)/;

export function headerLists(request: IncomingMessage): Record<string, readonly string[]> {
  const { rawHeaders } = request;
  const lists = new Map<string, readonly [name: string, values: string[]]>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const key = name.toLowerCase();
    if (HIDDEN_HEADER.test(key)) continue;
    const list = lists.get(key) ?? [name, []];
    list[1].push(rawHeaders[index + 1] ?? '');
    lists.set(key, list);
  }
  return Object.fromEntries(lists.values());
}
