import type { Delivery } from './delivery.js';
import type { Outbox } from './outbox.js';

/** Who a session belongs to. */
export interface SessionOwner {
  /** The client confirms too little; what it was owed has been dropped. */
  sessionOverflow(): void;
}

/** A delivery that outlives the socket: what the client has not confirmed is sent again. */
export interface Session extends Delivery {
  /** How long the connection waits for its client after the socket broke; 0 = not at all. */
  readonly detachedMs: number;
  /** The client is back: sends what it may have missed, on the new socket. */
  resume(outbox: Outbox): void;
  /** Lets go of everything up to a number, in protocols that count. */
  confirm?(sequenceId: bigint): void;
}
