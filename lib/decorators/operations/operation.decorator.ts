import { Inject } from '@nestjs/common';
import { concat, concatMap, defer, ignoreElements, isObservable, type Observable } from 'rxjs';
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

/**
 * Replaces a method by one that carries out an operation around it.
 *
 * Nest hands each instance the registry of its own application, through a property that the
 * decorator declares: no discovery, no global state, and it works wherever the method is called.
 */
export function operationDecorator(name: string, operation: Operation): MethodDecorator {
  return (target, key, descriptor) => {
    const original: unknown = descriptor?.value;
    if (typeof target === 'function' || typeof original !== 'function') {
      throw new TypeError(`@${name} belongs on a method of an instance, not on ${String(key)}.`);
    }
    injectHubs(target);
    const wrapper = wrap(name, key, original as Method, operation);
    copyIdentity(original, wrapper);
    (descriptor as PropertyDescriptor).value = wrapper;
  };
}

function wrap(name: string, key: string | symbol, original: Method, operation: Operation): Method {
  return function (this: object, ...args: unknown[]): unknown {
    const context = { instance: this, className: this.constructor.name, methodName: String(key) };
    const run = (): unknown => original.apply(this, args);
    const hubs = hubsOf(this, name, context);
    const call = { args, context };
    if (operation.before === undefined) return follow(run(), operation, call, hubs);
    return operation.before(call, hubs).then(() => follow(run(), operation, call, hubs));
  };
}

/** Does with a result what the operation asks for, and hands it on. */
function follow(
  result: unknown,
  operation: Operation,
  call: OperationCall,
  hubs: HubRegistry,
): unknown {
  if (isObservable(result)) return followObservable(result, operation, call, hubs);
  if (isAsyncIterable(result)) return followIterable(result, operation, call, hubs);
  if (result instanceof Promise) {
    return result.then((value: unknown) => follow(value, operation, call, hubs));
  }
  return followValue(result, operation, call, hubs);
}

async function followValue(
  result: unknown,
  operation: Operation,
  call: OperationCall,
  hubs: HubRegistry,
): Promise<unknown> {
  const withResult = { ...call, result };
  await operation.onResult?.(withResult, hubs);
  await operation.after?.(withResult, hubs);
  return result;
}

/** Each value is passed on when it has been sent, in order; what ends it is done at its end. */
function followObservable(
  source: Observable<unknown>,
  operation: Operation,
  call: OperationCall,
  hubs: HubRegistry,
): Observable<unknown> {
  const sent = source.pipe(
    concatMap(async (result) => {
      await operation.onResult?.({ ...call, result }, hubs);
      return result;
    }),
  );
  const end = defer(async () => await operation.after?.(call, hubs));
  return concat(sent, end.pipe(ignoreElements()));
}

/** Nobody else would run it, so it is run to its end here; the caller gets the last value. */
async function followIterable(
  source: AsyncIterable<unknown>,
  operation: Operation,
  call: OperationCall,
  hubs: HubRegistry,
): Promise<unknown> {
  let result: unknown;
  for await (result of source) await operation.onResult?.({ ...call, result }, hubs);
  await operation.after?.({ ...call, result }, hubs);
  return result;
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
