import { concatMap, from, isObservable, Observable, of } from 'rxjs';

/** One call of a handler, as far as its result is concerned. */
export interface ResultConsumer {
  /** Ends the streams it reads. */
  readonly signal: AbortSignal;
  /** Takes each value of a stream as it comes; without it only the last one counts. */
  readonly emit?: (value: unknown) => Promise<void>;
}

/**
 * What a result comes to: of an Observable or an async iterable the last value, or `undefined` when
 * each was emitted. Other results, also streams of bytes, are left as they are.
 *
 * @throws what the stream fails with, or the reason of the signal
 */
export async function settleResult(
  result: unknown,
  { signal, emit }: ResultConsumer,
): Promise<unknown> {
  if (!isObservable(result) && !isSeries(result)) return result;
  return await new Promise((resolve, reject) => {
    let last: unknown;
    const subscription = valuesOf(result)
      .pipe(concatMap(async (value) => await (emit === undefined ? (last = value) : emit(value))))
      .subscribe({ error: reject, complete: () => resolve(last) });
    const abort = (): void => {
      subscription.unsubscribe();
      reject(signal.reason as Error);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    subscription.add(() => signal.removeEventListener('abort', abort));
  });
}

/** An interceptor makes an Observable of everything, and of an async iterable one of a single value. */
function valuesOf(result: unknown): Observable<unknown> {
  if (isObservable(result)) return from(result).pipe(concatMap(valuesOf));
  return isSeries(result) ? iterate(result) : of(result);
}

/** Unlike that of rxjs, it tells the source at once when nobody wants more of it. */
function iterate(source: AsyncIterable<unknown>): Observable<unknown> {
  return new Observable((subscriber) => {
    const values = source[Symbol.asyncIterator]();
    let isOver = false;
    const run = async (): Promise<void> => {
      try {
        for (;;) {
          const next = await values.next();
          if (subscriber.closed) return;
          if (next.done === true) break;
          subscriber.next(next.value);
        }
        isOver = true;
        subscriber.complete();
      } catch (error) {
        isOver = true;
        subscriber.error(error);
      }
    };
    void run();
    return () => {
      if (!isOver) void giveUp(values);
    };
  });
}

async function giveUp(values: AsyncIterator<unknown>): Promise<void> {
  try {
    await values.return?.();
  } catch {
    // What it says to that is of no interest any more.
  }
}

/** Byte streams are iterable too, but they are one message (as with hub services). */
function isSeries(value: unknown): value is AsyncIterable<unknown> {
  if (typeof value !== 'object' || value === null || !(Symbol.asyncIterator in value)) return false;
  return !(value instanceof ReadableStream) && !('pipe' in value);
}
