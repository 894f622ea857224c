import { linkAbort, withAbort } from '../engine/abort-signals.js';
import type { EventCall } from './event-handler.interface.js';

/** How a call that was cut short rejects. */
export class EventTimeoutError extends Error {
  override readonly name = 'EventTimeoutError';

  constructor(ms: number) {
    super(`There was no answer within ${ms} ms.`);
  }
}

/**
 * Runs one call of a handler with a deadline. It ends when the deadline or one of the signals does,
 * even if the handler goes on.
 *
 * @throws {@link EventTimeoutError}, or the reason of the signal
 */
export async function callHandler<T>(
  work: (call: EventCall) => Promise<T>,
  {
    raisedAt,
    timeoutMs,
    signals,
  }: {
    readonly raisedAt: Date;
    readonly timeoutMs: number;
    readonly signals: readonly AbortSignal[];
  },
): Promise<T> {
  const aborter = new AbortController();
  const unlink = linkAbort(aborter, ...signals);
  const { signal } = aborter;
  const timer = setTimeout(() => aborter.abort(new EventTimeoutError(timeoutMs)), timeoutMs);
  try {
    // One that throws at once rejects like any other.
    const working = (async () => await work({ raisedAt, signal }))();
    return await withAbort(working, signal);
  } finally {
    clearTimeout(timer);
    unlink();
  }
}
