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
  if (!operations.some(isWrite)) return result;
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
  const withResult = { ...call, result };
  for (const operation of operations) {
    await operation.onResult?.(withResult);
    await operation.after?.(withResult);
  }
  return result;
}

/** Each value is passed on when it has been sent, in order; what ends it is done at its end. */
function followObservable(
  source: Observable<unknown>,
  operations: readonly Operation[],
  call: OperationCall,
): Observable<unknown> {
  return defer(() => {
    let result: unknown;
    const sent = source.pipe(
      // An error waits for its turn: what came before it is still sent.
      materialize(),
      concatMap(async (notification) => {
        if (notification.kind !== 'N') return notification;
        result = notification.value;
        await emit(result, operations, call);
        return notification;
      }),
      dematerialize(),
    );
    const end = defer(async () => await finish(result, operations, call));
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
  let result: unknown;
  async function* passOn(): AsyncGenerator {
    for await (result of source) {
      await emit(result, operations, call);
      yield result;
    }
    await finish(result, operations, call);
  }

  const values = passOn();
  let end: Promise<unknown> | undefined;
  async function runToEnd(): Promise<unknown> {
    for await (const _ of values);
    return result;
  }

  const then: PromiseLike<unknown>['then'] = async (onfulfilled, onrejected) =>
    await (end ??= runToEnd()).then(onfulfilled, onrejected);
  // oxlint-disable-next-line unicorn/no-thenable -- iterated or awaited, each does its work
  return Object.assign(values, { then });
}

async function emit(
  result: unknown,
  operations: readonly Operation[],
  call: OperationCall,
): Promise<void> {
  for (const operation of operations) await operation.onResult?.({ ...call, result });
}

async function finish(
  result: unknown,
  operations: readonly Operation[],
  call: OperationCall,
): Promise<void> {
  for (const operation of operations) await operation.after?.({ ...call, result });
}

function isWrite(operation: Operation): boolean {
  return operation.onResult !== undefined || operation.after !== undefined;
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  const isHolder = typeof value === 'object' || typeof value === 'function';
  return isHolder && value !== null && 'then' in value && typeof value.then === 'function';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
