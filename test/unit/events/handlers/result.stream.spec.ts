import { EventEmitter, on } from 'node:events';
import { Readable } from 'node:stream';
import { concat, defer, EMPTY, NEVER, Observable, of, throwError } from 'rxjs';
import { settleResult } from '../../../../lib/events/handlers/pipeline/result.stream.js';

const { signal } = new AbortController();

async function* series(...values: unknown[]): AsyncGenerator {
  for (const value of values) yield await Promise.resolve(value);
}

describe('settleResult', () => {
  it.each([[undefined], [null], ['text'], [{ a: 1 }], [Buffer.from('b')], [[1, 2]]])(
    'leaves %p as it is',
    async (value) => {
      await expect(settleResult(value, { signal })).resolves.toBe(value);
    },
  );

  it('takes a stream of bytes for one value', async () => {
    const bytes = Readable.from(['a', 'b']);
    await expect(settleResult(bytes, { signal })).resolves.toBe(bytes);
    const web = new ReadableStream();
    await expect(settleResult(web, { signal })).resolves.toBe(web);
  });

  it.each<[string, () => unknown]>([
    ['an Observable', () => of(1, 2, 3)],
    ['an async iterable', () => series(1, 2, 3)],
    ['an async iterable behind an interceptor', () => of(series(1, 2, 3))],
    ['Observables of both', () => of(of(1), series(2, 3))],
  ])('emits each value of %s in order, or gives the last', async (_, make) => {
    const emitted: unknown[] = [];
    const emit = async (value: unknown): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      emitted.push(value);
    };
    await expect(settleResult(make(), { signal, emit })).resolves.toBeUndefined();
    expect(emitted).toEqual([1, 2, 3]);
    await expect(settleResult(make(), { signal })).resolves.toBe(3);
  });

  it('is nothing when the stream is empty', async () => {
    await expect(settleResult(EMPTY, { signal })).resolves.toBeUndefined();
    await expect(settleResult(series(), { signal })).resolves.toBeUndefined();
  });

  it.each<[string, () => unknown]>([
    [
      'an Observable',
      () =>
        concat(
          of(1),
          throwError(() => new Error('broken')),
        ),
    ],
    ['an async iterable', () => series(1, Promise.reject(new Error('broken')))],
    [
      'an iterable that cannot be iterated',
      () => ({
        [Symbol.asyncIterator]: () => {
          throw new Error('broken');
        },
      }),
    ],
  ])('rejects with what %s fails with', async (_, make) => {
    await expect(settleResult(make(), { signal })).rejects.toThrow('broken');
  });

  it('stops at a value that cannot be sent', async () => {
    let isStopped = false;
    const source = new Observable((subscriber) => {
      subscriber.next(1);
      return () => (isStopped = true);
    });
    const emit = () => Promise.reject(new Error('unsendable'));
    await expect(settleResult(source, { signal, emit })).rejects.toThrow('unsendable');
    expect(isStopped).toBe(true);
  });

  describe('when the call is aborted', () => {
    it('unsubscribes from an Observable and rejects with the reason', async () => {
      const aborter = new AbortController();
      let isStopped = false;
      const source = new Observable(() => () => (isStopped = true));
      const settled = settleResult(source, { signal: aborter.signal });
      aborter.abort(new Error('gone'));
      await expect(settled).rejects.toThrow('gone');
      expect(isStopped).toBe(true);
    });

    it('returns an async iterable that waits, and rejects with the reason', async () => {
      const aborter = new AbortController();
      const emitter = new EventEmitter();
      const settled = settleResult(on(emitter, 'value'), { signal: aborter.signal });
      expect(emitter.listenerCount('value')).toBe(1);
      aborter.abort(new Error('gone'));
      await expect(settled).rejects.toThrow('gone');
      expect(emitter.listenerCount('value')).toBe(0);
    });

    it('does not mind what the iterable says to that', async () => {
      const aborter = new AbortController();
      const source = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise(() => undefined),
          return: () => {
            throw new Error('no');
          },
        }),
      };
      const settled = settleResult(source, { signal: aborter.signal });
      aborter.abort(new Error('gone'));
      await expect(settled).rejects.toThrow('gone');
    });

    it('does not begin when it was before', async () => {
      await expect(
        settleResult(NEVER, { signal: AbortSignal.abort(new Error('gone')) }),
      ).rejects.toThrow('gone');
    });
  });

  it('listens to the signal no longer than it must', async () => {
    const aborter = new AbortController();
    let listeners = 0;
    const add = aborter.signal.addEventListener.bind(aborter.signal);
    const remove = aborter.signal.removeEventListener.bind(aborter.signal);
    aborter.signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    aborter.signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    await settleResult(
      defer(() => series(1)),
      { signal: aborter.signal },
    );
    await settleResult(of(1), { signal: aborter.signal });
    expect(listeners).toBe(0);
  });
});
