import {
  concat,
  concatMap,
  defer,
  dematerialize,
  ignoreElements,
  isObservable,
  materialize,
  type Observable,
} from 'rxjs';
import type { OperationCall } from './operation.call.js';

/** What an operation does around one call of a method. */
export interface Operation {
  /** Before the method runs; a rejection keeps it from running. */
  before?(call: OperationCall): Promise<void>;
  /** With what the method returns, once for each emission. */
  onResult?(call: OperationCall): Promise<void>;
  /** After the method has succeeded, once. */
  after?(call: OperationCall): Promise<void>;
  /**
   * With what the method returns, once for each emission: the answer takes its place, for the caller
   * and for the operations further out.
   */
  answer?(call: OperationCall): Promise<unknown>;
}

/**
 * Does with a result what the operations ask for, and hands it on: a value and what a promise brings
 * as a promise, an Observable as an Observable, an async iterable as an async iterable.
 */
export function followResult(
  result: unknown,
  operations: readonly Operation[],
  call: OperationCall,
): unknown {
  // Behind checks alone nobody looks at the result.
  if (!operations.some(usesResult)) return result;
  if (isObservable(result)) return followObservable(result, operations, call);
  // Before async iterables: query builders are both, and are meant to be awaited.
  if (isPromiseLike(result)) {
    return Promise.resolve(result).then((value) => followResult(value, operations, call));
  }
  if (isAsyncIterable(result)) return followIterable(result, operations, call);
  return followValue(result, operations, call);
}

async function followValue(
  result: unknown,
  operations: readonly Operation[],
  call: OperationCall,
): Promise<unknown> {
  let current = result;
  for (const operation of operations) {
    const withResult = { ...call, result: current };
    await operation.onResult?.(withResult);
    await operation.after?.(withResult);
    if (operation.answer !== undefined) current = await operation.answer(withResult);
  }
  return current;
}

/** Each value is passed on when it has been sent, in order; what ends it is done at its end. */
function followObservable(
  source: Observable<unknown>,
  operations: readonly Operation[],
  call: OperationCall,
): Observable<unknown> {
  return defer(() => {
    let seen: readonly unknown[] = [];
    const sent = source.pipe(
      // An error waits for its turn: what came before it is still sent.
      materialize(),
      concatMap(async (notification) => {
        if (notification.kind !== 'N') return notification;
        seen = await emit(notification.value, operations, call);
        return { kind: 'N' as const, value: seen.at(-1) };
      }),
      dematerialize(),
    );
    const end = defer(async () => await finish(seen, operations, call));
    return concat(sent, end.pipe(ignoreElements()));
  });
}

/**
 * Each value is passed on when it has been sent, and only then the next one taken. Callers that await
 * what they get, as Nest does, would never iterate it: for them it runs to its end and is its last value.
 */
function followIterable(
  source: AsyncIterable<unknown>,
  operations: readonly Operation[],
  call: OperationCall,
): AsyncGenerator & PromiseLike<unknown> {
  let seen: readonly unknown[] = [];
  async function* passOn(): AsyncGenerator {
    for await (const result of source) {
      seen = await emit(result, operations, call);
      yield seen.at(-1);
    }
    await finish(seen, operations, call);
  }

  const values = passOn();
  let end: Promise<unknown> | undefined;
  async function runToEnd(): Promise<unknown> {
    for await (const _ of values);
    return seen.at(-1);
  }

  const then: PromiseLike<unknown>['then'] = async (onfulfilled, onrejected) =>
    await (end ??= runToEnd()).then(onfulfilled, onrejected);
  // oxlint-disable-next-line unicorn/no-thenable -- iterated or awaited, each does its work
  return Object.assign(values, { then });
}

/** @returns what each operation saw, and as the last what the caller gets */
async function emit(
  result: unknown,
  operations: readonly Operation[],
  call: OperationCall,
): Promise<readonly unknown[]> {
  let current = result;
  const seen = [result];
  for (const operation of operations) {
    const withResult = { ...call, result: current };
    await operation.onResult?.(withResult);
    if (operation.answer !== undefined) current = await operation.answer(withResult);
    seen.push(current);
  }
  return seen;
}

/** @param seen what {@link emit} returned at last */
async function finish(
  seen: readonly unknown[],
  operations: readonly Operation[],
  call: OperationCall,
): Promise<void> {
  for (const [index, operation] of operations.entries()) {
    await operation.after?.({ ...call, result: seen[index] });
  }
}

function usesResult(operation: Operation): boolean {
  return (
    operation.onResult !== undefined ||
    operation.after !== undefined ||
    operation.answer !== undefined
  );
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  const isHolder = typeof value === 'object' || typeof value === 'function';
  return isHolder && value !== null && 'then' in value && typeof value.then === 'function';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
