import { randomBytes } from 'node:crypto';
import type { Connection } from '../../engine/connection.js';
import type { Engine } from '../../engine/engine.js';
import type { Diagnostics } from '../../engine/ports/diagnostics.interface.js';
import type { ConnectAccepted, EventSink } from '../../engine/ports/event-sink.interface.js';
import { MqttProtocol, type EncoderTerms } from '../../protocols/mqtt/mqtt.protocol.js';
import { MqttSession, type ClientTerms } from '../../protocols/mqtt/mqtt.session.js';
import { packetEncoder } from '../../protocols/mqtt/packet.encoder.js';
import type { ConnectPacket } from '../../protocols/mqtt/packets.js';
import { REASON, RETURN } from '../../protocols/mqtt/reason-codes.js';
import { permissionsOf } from '../role-permissions.js';
import {
  connectProblem,
  effectiveKeepAlive,
  sessionExpiryMs,
  welcomeProperties,
} from './connect.rules.js';
import type { MqttGate } from './mqtt.gate.js';
import type { MqttCandidate } from './mqtt.handshake.js';
import type { MqttSocket } from './mqtt.socket.js';
import { Will } from './mqtt.will.js';

export interface MqttConnectorParts {
  readonly engine: Engine;
  readonly events: EventSink;
  readonly gate: MqttGate;
  readonly diagnostics: Diagnostics;
  /** Longest life of a session without a network connection. */
  readonly longestSessionMs: number;
}

/** A CONNECT that the rules and the handler have let pass. */
interface Arrival {
  readonly packet: ConnectPacket;
  readonly candidate: MqttCandidate;
  readonly accepted: ConnectAccepted;
  readonly socket: MqttSocket;
  readonly clientId: string;
  readonly identity: object;
  readonly terms: ClientTerms;
}

const NO_LIMIT = 0xffff_ffff;
const MAX_IN_FLIGHT = 65_535;

/** Turns a CONNECT into a session: a new one, the one there was, or none (client-protocols.md 8.3, 8.4). */
export class MqttConnector {
  readonly #sockets = new WeakMap<Connection, MqttSocket>();

  constructor(private readonly parts: MqttConnectorParts) {}

  async connect(
    packet: ConnectPacket,
    candidate: MqttCandidate,
    socket: MqttSocket,
  ): Promise<void> {
    const { version } = packet;
    const problem = connectProblem(packet);
    if (problem !== undefined) return socket.refuse(version, { code: problem });
    const clientId = packet.clientId || randomBytes(16).toString('hex');
    const physicalConnectionId = randomBytes(16).toString('hex');
    const identity = {};
    const ids = { clientId, physicalConnectionId, identity };
    const verdict = await this.parts.gate.consult(packet, candidate, ids, socket.goneSignal);
    if ('code' in verdict) return socket.refuse(version, verdict);
    if (socket.goneSignal.aborted) return;

    const { properties } = packet;
    const terms: ClientTerms = {
      version,
      receiveMaximum: properties.receiveMaximum ?? MAX_IN_FLIGHT,
      maximumPacketSize: properties.maximumPacketSize ?? NO_LIMIT,
      expiryMs: sessionExpiryMs(packet, this.parts.longestSessionMs),
      longestExpiryMs: this.parts.longestSessionMs,
      physicalConnectionId,
    };
    await this.#arrive({ packet, candidate, accepted: verdict, socket, clientId, identity, terms });
  }

  async #arrive(arrival: Arrival): Promise<void> {
    const { packet, candidate, accepted, socket, clientId } = arrival;
    const { version } = packet;
    const existing = this.parts.engine.serve(candidate.hub).local.connection(clientId);
    if (existing !== undefined) {
      const session = existing.session;
      if (!(session instanceof MqttSession)) {
        const code = version === 5 ? REASON.invalidClientId : RETURN.invalidClientId;
        return socket.refuse(version, { code });
      }
      const userId = (accepted.userId ?? candidate.userId) || undefined;
      if (existing.userId && userId && existing.userId !== userId) {
        const code = version === 5 ? REASON.notAuthorized : RETURN.notAuthorized;
        return socket.refuse(version, { code });
      }
      if (!packet.isCleanStart && session.detachedMs > 0) {
        return this.#resume(arrival, existing, session);
      }
      // Its own DISCONNECT ends the session that is not kept; what is left of it ends here.
      this.#sockets.get(existing)?.takenOver();
      existing.ended('The session was replaced.');
    }
    await this.#begin(arrival);
  }

  #resume(arrival: Arrival, connection: Connection, session: MqttSession): void {
    const { packet, socket, terms } = arrival;
    // It publishes a will that does not wait; one that does is spared, as the client is back.
    this.#sockets.get(connection)?.takenOver();
    session.renew(terms);
    const protocol = connection.protocol as MqttProtocol;
    protocol.terms = this.#encoderTerms(arrival, true);
    this.#sockets.set(connection, socket);
    connection.recover(socket);
    this.#setWill(arrival, connection, session);
    socket.accept({ connection, session }, effectiveKeepAlive(packet));
  }

  async #begin(arrival: Arrival): Promise<void> {
    const { packet, candidate, accepted, socket, clientId, identity, terms } = arrival;
    const { engine } = this.parts;
    const { local } = engine.serve(candidate.hub);
    if (local.isFull) {
      local.releaseIfEmpty();
      const code = packet.version === 5 ? REASON.quotaExceeded : RETURN.serverUnavailable;
      return socket.refuse(packet.version, { code });
    }
    const { limits } = engine;
    const connection = await local.add(
      {
        id: clientId,
        identity,
        userId: (accepted.userId ?? candidate.userId) || undefined,
        permissions: permissionsOf(
          accepted.roles ?? candidate.roles,
          engine,
          this.parts.diagnostics,
        ),
        protocol: new MqttProtocol(this.#encoderTerms(arrival, false)),
        subprotocol: candidate.answer,
        state: accepted.state,
        createSession: (owner) =>
          new MqttSession(
            {
              clock: engine.clock,
              sessionId: randomBytes(16).toString('hex'),
              maxMessages: limits.reliableBufferMessages,
              maxBytes: limits.reliableBufferBytes,
            },
            terms,
            owner,
          ),
      },
      socket,
      accepted.groups?.length ? accepted.groups : candidate.groups,
    );
    const session = connection.session as MqttSession;
    if (!connection.isServedBy(socket)) return socket.terminate();
    if (socket.goneSignal.aborted) return connection.lost(socket, '');
    this.#sockets.set(connection, socket);
    this.#setWill(arrival, connection, session);
    local.announce(connection);
    socket.accept({ connection, session }, effectiveKeepAlive(packet));
  }

  #encoderTerms({ packet, accepted, clientId, terms }: Arrival, isResumed: boolean): EncoderTerms {
    const { version, maximumPacketSize } = terms;
    const assigned = packet.clientId === '' ? clientId : undefined;
    return {
      version,
      maximumPacketSize,
      connack: packetEncoder.connack(version, {
        sessionPresent: isResumed,
        code: REASON.success,
        properties: {
          ...welcomeProperties(packet, terms.expiryMs, assigned),
          userProperties: accepted.mqtt?.userProperties,
        },
      }),
    };
  }

  #setWill({ packet, candidate }: Arrival, connection: Connection, session: MqttSession): void {
    if (packet.will === undefined) return;
    const { engine } = this.parts;
    const { timers, clock } = engine;
    session.will = new Will(packet.will, {
      connection,
      timers,
      clock,
      hub: engine.hub(candidate.hub),
    });
  }
}
