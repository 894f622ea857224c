import type { AckError } from './ports/frame-encoder.interface.js';

/** How an acked request ended: `undefined` or something to do behind its ack = success. */
export type Outcome = AckError | (() => void) | undefined;
