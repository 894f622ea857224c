import { Inject } from '@nestjs/common';
import { WebPubSubError } from '../../errors/web-pubsub.error.js';
import { HubRegistry } from '../../hub/hub.registry.js';
import type { WebPubSubHub } from '../../hub/web-pubsub-hub.js';
import type { OperationCall, OperationDecoratorOptions } from './operation.call.js';
import { followResult, type Operation } from './result.follower.js';

/**
 * Makes the operation of one call, with the hubs of the application the instance belongs to. It runs
 * before the method: what it throws keeps the method from running.
 */
type OperationFactory = (hubs: HubRegistry) => Operation;

type Method = (this: object | undefined, ...args: unknown[]) => unknown;

// Registered, so that two copies of the package in one application understand each other.
const HUBS = Symbol.for('webpubsub:hubs');
const PROPERTY_DEPENDENCIES = 'self:properties_metadata';

/** What a wrapper does; on the wrapper itself, where the next decorator of the stack finds it. */
interface Wrapped {
  readonly wrapper: Method;
  readonly original: Method;
  /** The innermost first. */
  readonly factories: readonly OperationFactory[];
}

const WRAPPED = 'webpubsub:wrapped';

/** {@link operationDecorator} for an operation of one hub. */
export function hubDecorator(
  name: string,
  options: OperationDecoratorOptions,
  operation: (hub: WebPubSubHub) => Operation,
): MethodDecorator {
  return operationDecorator(name, (hubs) => operation(hubs.resolve(options.hub)));
}

/**
 * Replaces a method by one that carries out an operation around it.
 *
 * Nest hands each instance the registry of its own application, through a property that the
 * decorator declares: no discovery, no global state, and it works wherever the method is called.
 */
export function operationDecorator(name: string, factory: OperationFactory): MethodDecorator {
  return (target, key, descriptor) => {
    const method: unknown = descriptor?.value;
    if (typeof target === 'function' || typeof method !== 'function') {
      throw new TypeError(`@${name} belongs on a method of an instance, not on ${String(key)}.`);
    }
    injectHubs(target);
    const inner = wrappedBy(method);
    const original = inner?.original ?? (method as Method);
    const factories = [...(inner?.factories ?? []), factory];
    const place = `@${name} on ${target.constructor.name}.${String(key)}`;
    const wrapper = wrap(place, key, original, factories);
    copyIdentity(method, wrapper);
    Reflect.defineMetadata(WRAPPED, { wrapper, original, factories } satisfies Wrapped, wrapper);
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
  place: string,
  key: string | symbol,
  original: Method,
  factories: readonly OperationFactory[],
): Method {
  return function (...args) {
    const instance = requireInstance(this, place);
    const hubs = hubsOf(instance, place);
    const operations = factories.map((factory) => factory(hubs));
    const className = instance.constructor.name;
    const call = { args, context: { instance, className, methodName: String(key) } };
    const run = (): unknown => followResult(original.apply(instance, args), operations, call);
    const hasCheck = operations.some((operation) => operation.before !== undefined);
    return hasCheck ? check(operations, call).then(run) : run();
  };
}

/** The outermost first, as decorators are read. */
async function check(operations: readonly Operation[], call: OperationCall): Promise<void> {
  for (const operation of operations.toReversed()) await operation.before?.(call);
}

function injectHubs(target: object): void {
  const declared = (Reflect.getMetadata(PROPERTY_DEPENDENCIES, target.constructor) ?? []) as {
    key: unknown;
  }[];
  if (!declared.some(({ key }) => key === HUBS)) Inject(HubRegistry)(target, HUBS);
}

function requireInstance(instance: object | undefined, place: string): object {
  if (instance !== undefined) return instance;
  throw registryMissing(
    `${place}: the method was called without its instance. ` +
      'Call it on the instance, also in callbacks: () => service.method().',
  );
}

function hubsOf(instance: object, place: string): HubRegistry {
  const hubs = (instance as { [HUBS]?: HubRegistry })[HUBS];
  if (hubs !== undefined) return hubs;
  throw registryMissing(
    `${place}: this instance was not made by Nest, so it knows no hub. ` +
      'List its class in `providers` or `controllers`, and let Nest inject it.',
  );
}

function registryMissing(message: string): WebPubSubError {
  return new WebPubSubError(message, {
    code: 'HubRegistryMissing',
    statusCode: 500,
    target: 'hub',
  });
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
