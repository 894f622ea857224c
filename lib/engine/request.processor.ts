import { withAbort } from './abort-signals.js';
import { AckMemory } from './ack-memory.js';
import type { Clock } from './clock.js';
import type { Connection } from './connection.js';
import { GroupStateProcessor } from './group-state.processor.js';
import type { Hub } from './hub.js';
import { Invocations } from './invocations.js';
import type { LocalHub } from './local-hub.js';
import { Message } from './message.js';
import type { Outcome } from './outcome.js';
import type { Diagnostics } from './ports/diagnostics.interface.js';
import type { EventReply, EventSink } from './ports/event-sink.interface.js';
import type { AckError } from './ports/frame-encoder.interface.js';
import { Streams } from './streams.js';
import type { TimingWheel } from './timing.wheel.js';
import type {
  AckedRequest,
  EventRequest,
  SendToGroupRequest,
  UpstreamMessage,
} from './upstream-message.js';

/**
 * What becomes of a request without `ackId` that fails (client-protocols.md 5.7): nothing, or a
 * `disconnected` frame and Close 1000 as an older generation of the service did.
 */
export type UnacknowledgedFailure = 'ignore' | 'close';

/**
 * What becomes of a pub/sub client whose event fails (events.md 7.5): a failed ack, if it asked for
 * one, or that and Close 1011. Raw clients are always closed.
 */
export type UserEventFailureEffect = 'ack' | 'close';

export interface RequestProcessorParts {
  /** The connections of this process. */
  readonly local: LocalHub;
  /** Everybody else's too. */
  readonly hub: Hub;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly timers: TimingWheel;
  readonly diagnostics: Diagnostics;
  readonly unacknowledgedFailure: UnacknowledgedFailure;
  readonly userEventFailure: UserEventFailureEffect;
}

const INTERNAL_ERROR: AckError = { name: 'InternalServerError', message: 'Internal server error' };

/**
 * Does what the clients of a hub ask for: duplicate check, permission, execution, ack, in this order
 * (client-protocols.md 15.4). The caller hands in one message of a connection at a time.
 */
export class RequestProcessor {
  readonly #groupStates: GroupStateProcessor;

  constructor(private readonly parts: RequestProcessorParts) {
    this.#groupStates = new GroupStateProcessor(parts.local, parts.hub);
  }

  /** @returns a promise when the next message of the connection has to wait */
  process(connection: Connection, message: UpstreamMessage): Promise<void> | undefined {
    switch (message.type) {
      case 'ping':
        connection.reply(connection.protocol.encoder.pong());
        return undefined;
      case 'sequenceAck':
        // Accepted and without effect on a protocol that numbers nothing.
        connection.session?.confirm?.(message.sequenceId);
        return undefined;
      case 'invoke':
        // Later messages do not wait for the answer.
        this.#invocationsOf(connection).start(message);
        return undefined;
      case 'cancelInvocation':
        connection.invocations?.cancel(message.invocationId);
        return undefined;
      case 'invokeResponse':
        // Nobody calls clients.
        return undefined;
      case 'streamData':
        return this.#streamsOf(connection).data(message);
      case 'streamEnd':
        return this.#streamsOf(connection).end(message);
      default:
        return this.#processAcked(connection, message);
    }
  }

  #processAcked(connection: Connection, request: AckedRequest): Promise<void> | undefined {
    const { ackId } = request;
    if (ackId !== undefined && connection.ackMemory?.has(ackId)) {
      const message = `Message with ack-id: ${ackId} has been processed`;
      connection.reply(connection.protocol.encoder.ack(ackId, { name: 'Duplicate', message }));
      if (request.type === 'startStream') {
        this.#streamsOf(connection).answerAgain(request.streamId);
      }
      return undefined;
    }
    const fail = (error: unknown): void => {
      this.parts.diagnostics.error(
        `hub ${this.parts.hub.name}: ${request.type} of connection ${connection.id} failed`,
        error,
      );
      this.#finish(connection, request, INTERNAL_ERROR);
    };
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = this.#execute(connection, request);
    } catch (error) {
      // A sink or a backplane that throws harms its own request only.
      fail(error);
      return undefined;
    }
    if (!(outcome instanceof Promise)) {
      this.#finish(connection, request, outcome);
      return undefined;
    }
    return outcome.then((result) => this.#finish(connection, request, result), fail);
  }

  #execute(connection: Connection, request: AckedRequest): Outcome | Promise<Outcome> {
    switch (request.type) {
      case 'joinGroup':
        return this.#join(connection, request.group);
      case 'leaveGroup':
        return this.#leave(connection, request.group);
      case 'sendToGroup':
        return this.#send(connection, request);
      case 'event':
        return this.#raise(connection, request);
      case 'startStream':
        return this.#streamsOf(connection).start(request);
      case 'setGroupState':
      case 'subscribeGroupState':
      case 'unsubscribeGroupState':
        return this.#groupStates.process(connection, request);
    }
  }

  #join(connection: Connection, group: string): Outcome | Promise<Outcome> {
    if (!connection.permissions.allows('joinLeaveGroup', group)) {
      return forbidden(`join group '${group}'`);
    }
    const { local } = this.parts;
    if (!local.hasRoomFor(connection, [group])) {
      const limit = local.limits.groupsPerConnection;
      return { name: 'BadRequest', message: `The client is in ${limit} groups already.` };
    }
    return local.join(connection, group)?.then(() => undefined);
  }

  #leave(connection: Connection, group: string): Outcome {
    if (!connection.permissions.allows('joinLeaveGroup', group)) {
      return forbidden(`leave group '${group}'`);
    }
    this.parts.local.leave(connection, group);
    return undefined;
  }

  #send(connection: Connection, request: SendToGroupRequest): Outcome | Promise<Outcome> {
    const { group, ttlSeconds } = request;
    if (!connection.permissions.allows('sendToGroup', group)) {
      return forbidden(`send to group '${group}'`);
    }
    const message = new Message({
      origin: { from: 'group', group, fromUserId: connection.userId ?? null },
      payload: request.payload,
      metadata: request.metadata,
      expiresAt: ttlSeconds === 0 ? 0 : this.parts.clock() + ttlSeconds * 1000,
    });
    const excluded = request.noEcho ? new Set([connection.id]) : undefined;
    return this.parts.hub
      .deliver({ kind: 'group', group }, message, excluded)
      ?.then(() => undefined);
  }

  #raise(connection: Connection, request: EventRequest): Outcome | Promise<Outcome> {
    const reply = (message: EventReply): void => {
      connection.deliver(new Message({ origin: { from: 'server' }, ...message }));
    };
    const event = {
      reply,
      connection: connection.info,
      id: connection.nextEventId(),
      event: request.event,
      payload: request.payload,
      metadata: request.metadata,
    };
    const { endSignal } = connection;
    const asked = this.parts.events.userEvent(event, endSignal);
    if (asked === undefined) return INTERNAL_ERROR;
    return withAbort(asked, endSignal).then(
      (outcome) => {
        if (!outcome.handled) return INTERNAL_ERROR;
        if (outcome.state !== undefined) connection.state = outcome.state;
        for (const message of outcome.replies) reply(message);
        return undefined;
      },
      (error: unknown) => {
        // Nobody waits for an answer to who has left.
        if (endSignal.aborted) return INTERNAL_ERROR;
        throw error;
      },
    );
  }

  #invocationsOf(connection: Connection): Invocations {
    const { events, diagnostics, local } = this.parts;
    const limit = local.limits.invocationsPerConnection;
    connection.invocations ??= new Invocations(connection, { events, diagnostics, limit });
    return connection.invocations;
  }

  #streamsOf(connection: Connection): Streams {
    const { hub, timers, diagnostics, local } = this.parts;
    const limit = local.limits.streamsPerConnection;
    connection.streams ??= new Streams(connection, { hub, timers, diagnostics, limit });
    return connection.streams;
  }

  #finish(connection: Connection, { type, ackId }: AckedRequest, outcome: Outcome): void {
    const error = typeof outcome === 'function' ? undefined : outcome;
    if (ackId !== undefined) {
      if (error === undefined) {
        connection.ackMemory ??= new AckMemory(this.parts.local.limits.ackMemory);
        connection.ackMemory.remember(ackId);
      }
      connection.reply(connection.protocol.encoder.ack(ackId, error));
    } else if (error !== undefined && type !== 'startStream') {
      // A stream that did not start was answered already.
      this.#failSilently(connection, error);
    }
    if (typeof outcome === 'function') outcome();
    if (error !== undefined && type === 'event' && this.parts.userEventFailure === 'close') {
      this.#close(connection, 1011, error.message);
    }
  }

  /** Who has left needs no Close: what it sent before counts, and its own reason stands. */
  #close(connection: Connection, code: number, reason: string): void {
    if (!connection.endSignal.aborted) connection.close(code, reason);
  }

  #failSilently(connection: Connection, error: AckError): void {
    const close = connection.protocol.closeOnFailure(error);
    if (close !== undefined) this.#close(connection, close.code, close.reason);
    else if (this.parts.unacknowledgedFailure === 'close') connection.disconnect(error.message);
  }
}

function forbidden(action: string): AckError {
  return {
    name: 'Forbidden',
    message: `The client does not have permission to ${action}.`,
  };
}
