import type { Clock } from '../../engine/clock.js';
import type { Diagnostics } from '../../engine/ports/diagnostics.interface.js';
import type { EventReply } from '../../engine/ports/event-sink.interface.js';
import type { EventHandler } from '../../events/event-handler.interface.js';

/** How webhooks are received, with every default filled in. */
export interface ReceiverSettings {
  /**
   * The exact public path under which events arrive, `{hub}` in place of the name. Whatever follows it
   * matches too, letter case does not matter, and no global prefix is put in front.
   */
  readonly path: string;
  /** Access keys of who may send events, asked for at every event. */
  readonly keys: () => readonly string[];
  /** Whether an event must be signed with one of the keys. */
  readonly verifySignature: boolean;
  /** URLs of the services that may send events; empty = any. */
  readonly allowedEndpoints: readonly string[];
  /** Checks the `Authorization` header of an event. A rejection refuses it like `false`. */
  readonly authenticate?: ((authorization: string | undefined) => Promise<boolean>) | undefined;
  /** Most bytes of a body. */
  readonly maxBodyBytes: number;
  /** How long a body may take to arrive, and then how long a handler may take. */
  readonly timeoutMs: number;
  /** How long an answer is kept for the same event to come again; 0 = not at all. */
  readonly deduplicationWindowMs: number;
}

/** What a receiver works with. */
export interface ReceiverParts {
  /**
   * Who handles the events of a hub in this application.
   *
   * @param hub lower case
   * @returns `undefined` for a hub that is none of this application's: such events are not taken
   */
  handlerOf(hub: string): EventHandler | undefined;
  /** Sends what does not fit into the answer of an event: all messages but the last. */
  sendToConnection(hub: string, connectionId: string, reply: EventReply): Promise<void>;
  readonly diagnostics: Diagnostics;
  readonly clock: Clock;
}
