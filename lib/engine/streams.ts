import type { StreamError } from '../backplane/backplane.message.js';
import type { Connection } from './connection.js';
import type { Hub } from './hub.js';
import { MAX_CLIENT_ID_LENGTH } from './limits.js';
import { Message } from './message.js';
import type { Outcome } from './outcome.js';
import { textPayload, type Payload } from './payload.js';
import type { Diagnostics } from './ports/diagnostics.interface.js';
import type { StreamClosedError } from './ports/frame-encoder.interface.js';
import { Stream, type StreamOwner } from './stream.js';
import type { Timed, TimingWheel, WheelTimer } from './timing.wheel.js';
import type {
  StartStreamRequest,
  StreamDataRequest,
  StreamEndRequest,
  StreamFragment,
} from './upstream-message.js';

export interface StreamsParts {
  readonly hub: Hub;
  readonly timers: TimingWheel;
  readonly diagnostics: Diagnostics;
  /** Most streams that one connection publishes at a time. */
  readonly limit: number;
}

/** Why a start is refused, in the words of both `ack` and `streamClosed`. */
interface Refusal {
  readonly name: 'Forbidden' | 'BadRequest';
  readonly message: string;
}

const DEFAULT_IDLE_TIMEOUT_MS = 300_000;
const MAX_IDLE_TIMEOUT_MS = 0xffff_ffff;
/** Fragments a client may be left waiting with for their ack. */
const ACK_EVERY = 16;
/** Under the 200 ms of client-protocols.md 9.4, because the timers are coarse. */
const ACK_DELAY_MS = 100;
const IDLE = 'The stream was idle for too long.';

/**
 * The streams one client publishes (client-protocols.md 9.4). They belong to the connection, not to
 * its socket: a client that comes back repeats what was not acked and goes on.
 */
export class Streams implements Timed, StreamOwner {
  readonly #active = new Map<string, Stream>();
  readonly #unacked = new Set<Stream>();
  #ackTimer: WheelTimer | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly parts: StreamsParts,
  ) {}

  /** Always answered, by `streamAck` or `streamClosed`: clients wait for it without limit. */
  start(request: StartStreamRequest): Outcome | Promise<Outcome> {
    const { streamId, group, noEcho, idleTimeoutMs = DEFAULT_IDLE_TIMEOUT_MS } = request;
    const running = this.#active.get(streamId);
    const refusal =
      running === undefined
        ? this.#refusal(request, idleTimeoutMs)
        : badRequest('A stream with this id is active; it is ended too.');
    if (refusal === undefined) {
      const excluded = noEcho ? new Set([this.connection.id]) : undefined;
      const init = { id: streamId, group, excluded, idleTimeoutMs };
      const stream = new Stream(init, this.parts.timers, this);
      this.#active.set(streamId, stream);
      this.#ack(stream);
      return undefined;
    }
    if (running === undefined) {
      this.#replyClosed(streamId, refusal);
      return refusal;
    }
    const cause = 'The publisher started another stream with the same id.';
    const ended = this.#end(running, { name: 'Cancelled', message: cause }, refusal);
    return ended?.then(() => refusal) ?? refusal;
  }

  /** The client repeats a start that succeeded, because its answer was lost. */
  answerAgain(streamId: string): void {
    const stream = this.#active.get(streamId);
    if (stream === undefined) this.#replyNotFound(streamId);
    else this.#ack(stream);
  }

  data({ streamId, fragment }: StreamDataRequest): Promise<void> | undefined {
    const stream = this.#active.get(streamId);
    if (stream === undefined) {
      this.#replyNotFound(streamId);
      return undefined;
    }
    if (fragment === undefined) {
      stream.touch();
      return undefined;
    }
    if (fragment === 'incomplete') {
      const refusal = badRequest('A fragment needs streamSequenceId, dataType and data.');
      const cause = 'The publisher sent an incomplete fragment.';
      return this.#end(stream, { name: 'Cancelled', message: cause }, refusal);
    }
    return this.#accept(stream, fragment);
  }

  end({ streamId, error }: StreamEndRequest): Promise<void> | undefined {
    const stream = this.#active.get(streamId);
    if (stream !== undefined) return this.#end(stream, error && { name: 'UserError', ...error });
    this.#replyNotFound(streamId);
    return undefined;
  }

  /** The client may have lost the right to send to a group. */
  enforcePermissions(): void {
    for (const stream of Array.from(this.#active.values())) {
      if (this.#maySendTo(stream.group)) continue;
      const { message } = forbidden(stream.group);
      void this.#end(stream, { name: 'Forbidden', message }, forbidden(stream.group));
    }
  }

  /** The connection is over. */
  cancel(): void {
    if (this.#ackTimer !== undefined) this.parts.timers.cancel(this.#ackTimer);
    this.#ackTimer = undefined;
    for (const stream of Array.from(this.#active.values())) {
      void this.#end(stream, { name: 'Cancelled', message: 'The publisher is gone.' });
    }
  }

  streamIdle(stream: Stream): void {
    const error = { name: 'IdleTimeout', message: IDLE } as const;
    void this.#end(stream, error, error);
  }

  /** It is time to confirm what came in since the last acks. */
  onTimer(): void {
    this.#ackTimer = undefined;
    for (const stream of Array.from(this.#unacked)) this.#ack(stream);
  }

  #refusal(request: StartStreamRequest, idleTimeoutMs: number): Refusal | undefined {
    const { streamId, group, hasPayload } = request;
    if (!this.#maySendTo(group)) return forbidden(group);
    if (streamId === '' || streamId.length > MAX_CLIENT_ID_LENGTH) {
      return badRequest(`A stream id has 1 to ${MAX_CLIENT_ID_LENGTH} characters.`);
    }
    if (hasPayload) return badRequest('A stream starts without data.');
    const isTimeout = Number.isInteger(idleTimeoutMs) && idleTimeoutMs > 0;
    if (!isTimeout || idleTimeoutMs > MAX_IDLE_TIMEOUT_MS) {
      return badRequest(`idleTimeoutMs is not an integer from 1 to ${MAX_IDLE_TIMEOUT_MS}.`);
    }
    return this.#active.size < this.parts.limit ? undefined : badRequest('Too many streams.');
  }

  #maySendTo(group: string): boolean {
    return this.connection.permissions.allows('sendToGroup', group);
  }

  #accept(stream: Stream, { sequenceId, payload }: StreamFragment): Promise<void> | undefined {
    const expected = BigInt(stream.expected);
    if (sequenceId < expected) {
      this.#ack(stream);
      return undefined;
    }
    if (sequenceId > expected) {
      this.#nack(stream);
      return undefined;
    }
    const published = this.#publish(stream, payload);
    stream.expected += 1;
    stream.touch();
    if (published !== undefined) {
      return published.then(
        () => this.#accepted(stream),
        (cause: unknown) => this.#fail(stream, cause),
      );
    }
    this.#accepted(stream);
    return undefined;
  }

  #accepted(stream: Stream): void {
    if (!this.#isActive(stream)) return;
    stream.unacked += 1;
    if (stream.unacked >= ACK_EVERY) {
      this.#ack(stream);
      return;
    }
    this.#unacked.add(stream);
    this.#ackTimer ??= this.parts.timers.schedule(ACK_DELAY_MS, this);
  }

  #fail(stream: Stream, cause: unknown): Promise<void> | undefined {
    this.#report(cause);
    if (!this.#isActive(stream)) return undefined;
    const error = { name: 'InternalServerError', message: 'Internal server error' } as const;
    return this.#end(stream, error, error);
  }

  /** The subscribers first, then the publisher. */
  #end(
    stream: Stream,
    error: StreamError | undefined,
    closed?: StreamClosedError,
  ): Promise<void> | undefined {
    this.#active.delete(stream.id);
    this.#unacked.delete(stream);
    stream.stop();
    const published = this.#publish(stream, textPayload(''), { error });
    if (published !== undefined) {
      return published
        .catch((cause: unknown) => this.#report(cause))
        .then(() => this.#replyClosed(stream.id, closed));
    }
    this.#replyClosed(stream.id, closed);
    return undefined;
  }

  #publish(
    { id, group, expected, excluded }: Stream,
    payload: Payload,
    end?: { readonly error: StreamError | undefined },
  ): Promise<void> | undefined {
    const message = new Message({
      origin: { from: 'group', group, fromUserId: this.connection.userId ?? null },
      payload,
      stream: {
        streamId: id,
        streamSequenceId: expected,
        ...(end && { endOfStream: true }),
        ...(end?.error && { error: end.error }),
      },
    });
    return this.parts.hub.deliver({ kind: 'group', group }, message, excluded);
  }

  #isActive(stream: Stream): boolean {
    return this.#active.get(stream.id) === stream;
  }

  #ack(stream: Stream): void {
    stream.unacked = 0;
    this.#unacked.delete(stream);
    const { encoder } = this.connection.protocol;
    this.connection.reply(encoder.streamAck?.(stream.id, stream.expected));
  }

  #nack({ id: streamId, expected }: Stream): void {
    const message = `expected ${expected}`;
    const nack = { streamId, name: 'InvalidSequenceId', message, expected } as const;
    this.connection.reply(this.connection.protocol.encoder.streamNack?.(nack));
  }

  #replyNotFound(streamId: string): void {
    this.#replyClosed(streamId, { name: 'StreamNotFound', message: 'The stream is not active.' });
  }

  #replyClosed(streamId: string, error?: StreamClosedError): void {
    this.connection.reply(this.connection.protocol.encoder.streamClosed?.(streamId, error));
  }

  #report(cause: unknown): void {
    const text = `stream of connection ${this.connection.id}: a message was not published`;
    this.parts.diagnostics.error(text, cause);
  }
}

function forbidden(group: string): Refusal {
  const message = `The client does not have permission to send to group '${group}'.`;
  return { name: 'Forbidden', message };
}

function badRequest(message: string): Refusal {
  return { name: 'BadRequest', message };
}
