import { Inject } from '@nestjs/common';
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
import { WebPubSubError } from '../../errors/web-pubsub.error.js';
import { HubRegistry } from '../../hub/hub.registry.js';
import type { OperationCall, OperationContext } from './operation.call.js';

/** What an operation does around a method, with the hubs of the application the instance belongs to. */
export interface Operation {
  /** Before the method runs; a rejection keeps it from running. */
  before?(call: OperationCall, hubs: HubRegistry): Promise<void>;
  /** With what the method returns, once for each emission. */
  onResult?(call: OperationCall, hubs: HubRegistry): Promise<void>;
  /** After the method has succeeded, once. */
  after?(call: OperationCall, hubs: HubRegistry): Promise<void>;
}

type Method = (this: object, ...args: unknown[]) => unknown;

// Registered, so that two copies of the package in one application understand each other.
const HUBS = Symbol.for('webpubsub:hubs');
const PROPERTY_DEPENDENCIES = 'self:properties_metadata';

/** What a wrapper does; on the wrapper itself, where the next decorator of the stack finds it. */
interface Wrapped {
  readonly wrapper: Method;
  readonly original: Method;
  /** The innermost first. */
  readonly operations: readonly Operation[];
}

const WRAPPED = 'webpubsub:wrapped';

/**
 * Replaces a method by one that carries out an operation around it.
 *
 * Nest hands each instance the registry of its own application, through a property that the
 * decorator declares: no discovery, no global state, and it works wherever the method is called.
 */
export function operationDecorator(name: string, operation: Operation): MethodDecorator {
  return (target, key, descriptor) => {
    const method: unknown = descriptor?.value;
    if (typeof target === 'function' || typeof method !== 'function') {
      throw new TypeError(`@${name} belongs on a method of an instance, not on ${String(key)}.`);
    }
    injectHubs(target);
    const inner = wrappedBy(method);
    const original = inner?.original ?? (method as Method);
    const operations = [...(inner?.operations ?? []), operation];
    const wrapper = wrap(name, key, original, operations);
    copyIdentity(method, wrapper);
    Reflect.defineMetadata(WRAPPED, { wrapper, original, operations } satisfies Wrapped, wrapper);
    (descriptor as PropertyDescriptor).value = wrapper;
  };
}

/**
 * Decorators that follow each other share one wrapper, so that an async iterable is read once for
 * all of them. A wrapper of somebody else in between, which may have copied the metadata, stays.
 */
function wrappedBy(method: object): Wrapped | undefined {
  const wrapped = Reflect.getOwnMetadata(WRAPPED, method) as Wrapped | undefined;
  return wrapped?.wrapper === method ? wrapped : undefined;
}

function wrap(
  name: string,
  key: string | symbol,
  original: Method,
  operations: readonly Operation[],
): Method {
  const hasCheck = operations.some((operation) => operation.before !== undefined);
  return function (this: object, ...args: unknown[]): unknown {
    const context = { instance: this, className: this.constructor.name, methodName: String(key) };
    const run = (): unknown => original.apply(this, args);
    const hubs = hubsOf(this, name, context);
    const call = { args, context };
    if (!hasCheck) return follow(run(), operations, call, hubs);
    return check(operations, call, hubs).then(() => follow(run(), operations, call, hubs));
  };
}

/** The outermost first, as decorators are read. */
async function check(
  operations: readonly Operation[],
  call: OperationCall,
  hubs: HubRegistry,
): Promise<void> {
  for (const operation of operations.toReversed()) await operation.before?.(call, hubs);
}

/** Does with a result what the operations ask for, and hands it on. */
function follow(
  result: unknown,
  operations: readonly Operation[],
  call: OperationCall,
  hubs: HubRegistry,
): unknown {
  if (isObservable(result)) return followObservable(result, operations, call, hubs);
  // Before async iterables: query builders are both, and are meant to be awaited.
  if (isPromiseLike(result)) {
    return Promise.resolve(result).then((value) => follow(value, operations, call, hubs));
  }
  if (isAsyncIterable(result)) return followIterable(result, operations, call, hubs);
  return followValue(result, operations, call, hubs);
}

async function followValue(
  result: unknown,
  operations: readonly Operation[],
  call: OperationCall,
  hubs: HubRegistry,
): Promise<unknown> {
  const withResult = { ...call, result };
  for (const operation of operations) {
    await operation.onResult?.(withResult, hubs);
    await operation.after?.(withResult, hubs);
  }
  return result;
}

/** Each value is passed on when it has been sent, in order; what ends it is done at its end. */
function followObservable(
  source: Observable<unknown>,
  operations: readonly Operation[],
  call: OperationCall,
  hubs: HubRegistry,
): Observable<unknown> {
  return defer(() => {
    let result: unknown;
    const sent = source.pipe(
      // An error waits for its turn: what came before it is still sent.
      materialize(),
      concatMap(async (notification) => {
        if (notification.kind !== 'N') return notification;
        result = notification.value;
        for (const operation of operations) await operation.onResult?.({ ...call, result }, hubs);
        return notification;
      }),
      dematerialize(),
    );
    const end = defer(async () => {
      for (const operation of operations) await operation.after?.({ ...call, result }, hubs);
    });
    return concat(sent, end.pipe(ignoreElements()));
  });
}

/** Nobody else would run it, so it is run to its end here; the caller gets the last value. */
async function followIterable(
  source: AsyncIterable<unknown>,
  operations: readonly Operation[],
  call: OperationCall,
  hubs: HubRegistry,
): Promise<unknown> {
  let result: unknown;
  for await (result of source) {
    for (const operation of operations) await operation.onResult?.({ ...call, result }, hubs);
  }
  for (const operation of operations) await operation.after?.({ ...call, result }, hubs);
  return result;
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  const isHolder = typeof value === 'object' || typeof value === 'function';
  return isHolder && value !== null && 'then' in value && typeof value.then === 'function';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function injectHubs(target: object): void {
  const declared = (Reflect.getMetadata(PROPERTY_DEPENDENCIES, target.constructor) ?? []) as {
    key: unknown;
  }[];
  if (!declared.some(({ key }) => key === HUBS)) Inject(HubRegistry)(target, HUBS);
}

function hubsOf(instance: object, name: string, context: OperationContext): HubRegistry {
  const hubs = (instance as { [HUBS]?: HubRegistry })[HUBS];
  if (hubs !== undefined) return hubs;
  throw new WebPubSubError(
    `@${name} on ${context.className}.${context.methodName}: this instance was not made by Nest, ` +
      'so it knows no hub. List its class in `providers` or `controllers`, and let Nest inject it.',
    { code: 'HubRegistryMissing', statusCode: 500, target: context.methodName },
  );
}

/** What other decorators wrote on the method must stay on it, and stack traces must name it. */
function copyIdentity(original: object, wrapper: object): void {
  for (const key of Reflect.getOwnMetadataKeys(original) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, original), wrapper);
  }
  for (const property of ['name', 'length']) {
    const descriptor = Object.getOwnPropertyDescriptor(original, property);
    if (descriptor !== undefined) Object.defineProperty(wrapper, property, descriptor);
  }
}
