import { setMaxListeners } from 'node:events';

/**
 * For all that is at work at a time: however many listen, it is no leak, and Node need not warn of one.
 */
export function sharedAborter(): AbortController {
  const aborter = new AbortController();
  setMaxListeners(0, aborter.signal);
  return aborter;
}

/** An `AbortController` that is not made before somebody asks for its signal: most never do. */
export class LazyAborter {
  #controller: AbortController | undefined;
  #isAborted = false;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isAborted) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort();
  }
}

/**
 * Aborts a controller when one of several signals does. `AbortSignal.any` would do, but what it makes
 * of a signal that lives as long as the application is never let go of (Node 20).
 *
 * @returns what takes the listeners away again
 */
export function linkAbort(aborter: AbortController, ...signals: AbortSignal[]): () => void {
  const abort = (): void => aborter.abort();
  for (const signal of signals) {
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  }
  return () => {
    for (const signal of signals) signal.removeEventListener('abort', abort);
  };
}

/**
 * Waits for a promise only until a signal aborts, whoever does not heed it.
 *
 * @throws the reason of the signal
 */
export function withAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    // Too late or not: a rejection that nobody takes would end the process.
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
