import { isGroupName } from '../../engine/names.js';
import type { Diagnostics } from '../../engine/ports/diagnostics.interface.js';
import type {
  ConnectAccepted,
  ConnectRefused,
  EventSink,
} from '../../engine/ports/event-sink.interface.js';
import type { ConnackInit, ConnectPacket } from '../../protocols/mqtt/packets.js';
import { REASON, refusalCode, RETURN } from '../../protocols/mqtt/reason-codes.js';
import { linkAbort, withAbort } from '../../engine/abort-signals.js';
import type { MqttCandidate } from './mqtt.handshake.js';

export interface MqttGateParts {
  readonly events: EventSink;
  readonly diagnostics: Diagnostics;
  /** How long a connect handler may hold a CONNECT back. */
  readonly timeoutMs: number;
  /** Aborts when the application closes. */
  readonly shutdown: AbortSignal;
}

/** A CONNACK that refuses. */
export type Rejection = Omit<ConnackInit, 'sessionPresent'>;

/** Where the connect handler has its say about every CONNECT (client-protocols.md 8.10). */
export class MqttGate {
  constructor(private readonly parts: MqttGateParts) {}

  /** @param gone aborts when the client has gone */
  async consult(
    packet: ConnectPacket,
    candidate: MqttCandidate,
    ids: {
      readonly clientId: string;
      readonly physicalConnectionId: string;
      readonly identity: object;
    },
    gone: AbortSignal,
  ): Promise<ConnectAccepted | Rejection> {
    const { version } = packet;
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), this.parts.timeoutMs);
    const { signal } = aborter;
    const unlink = linkAbort(aborter, gone, this.parts.shutdown);
    const { hub, userId, claims, query, headers, subprotocols, answer } = candidate;
    try {
      const asked = this.parts.events.connect(
        {
          connection: {
            hub,
            userId,
            connectionId: ids.clientId,
            identity: ids.identity,
            subprotocol: answer,
            state: undefined,
            mqtt: { physicalConnectionId: ids.physicalConnectionId },
          },
          claims,
          query,
          headers,
          subprotocols,
          mqtt: {
            protocolVersion: version,
            cleanStart: packet.isCleanStart,
            username: packet.username,
            password: packet.password,
            userProperties: packet.properties.userProperties,
          },
        },
        signal,
      );
      if (asked === undefined) return { accepted: true };
      const verdict = await withAbort(asked, signal);
      if (!verdict.accepted) return rejection(version, verdict);
      const isUsable =
        (verdict.subprotocol ?? answer).toLowerCase() === answer.toLowerCase() &&
        (verdict.groups ?? []).every(isGroupName);
      return isUsable ? verdict : { code: refusalCode(version, REASON.unspecified) };
    } catch (error) {
      if (!gone.aborted && !this.parts.shutdown.aborted) {
        this.parts.diagnostics.error(`hub ${hub}: the connect handler failed`, error);
      }
      return { code: version === 5 ? REASON.serverUnavailable : RETURN.serverUnavailable };
    } finally {
      clearTimeout(timer);
      unlink();
    }
  }
}

function rejection(version: 4 | 5, { status, mqtt }: ConnectRefused): Rejection {
  if (mqtt === undefined) return { code: codeOfStatus(version, status) };
  const { code, reason, userProperties } = mqtt;
  return {
    code: refusalCode(version, code),
    properties: { reasonString: reason, userProperties },
  };
}

function codeOfStatus(version: 4 | 5, status: number): number {
  switch (status) {
    case 400:
      return version === 5 ? REASON.badUserNameOrPassword : RETURN.badUserNameOrPassword;
    case 401:
      return version === 5 ? REASON.notAuthorized : RETURN.notAuthorized;
    default:
      return version === 5 ? REASON.unspecified : RETURN.serverUnavailable;
  }
}
