import { WebPubSubError } from '../../errors/web-pubsub.error.js';

/** Where a decorated method was called. */
export interface OperationContext {
  /** The object whose method it is. */
  readonly instance: object;
  /** Name of its class. */
  readonly className: string;
  /** Name of the method. */
  readonly methodName: string;
}

/** One call of a decorated method: what targets and options may depend on. */
export interface OperationCall {
  /** The arguments, as the method got them. */
  readonly args: readonly unknown[];
  /** What the method returned, or emitted; absent before it ran, so in checks. */
  readonly result?: unknown;
  /** The object and the method. */
  readonly context: OperationContext;
}

/**
 * A name (of a group, a user, a connection), or how it follows from the call. A function that
 * returns `undefined` or `null` skips the operation; a check without a target fails.
 */
export type OperationTarget = string | ((call: OperationCall) => unknown);

/** Several names, or how they follow from the call; with `undefined` or `null` as for one. */
export type OperationTargets = readonly string[] | ((call: OperationCall) => unknown);

/** A value of an option, or how it follows from the call. */
export type Dynamic<T> = T | ((call: OperationCall) => T);

/** Options of every operation decorator. */
export interface OperationDecoratorOptions {
  /**
   * The hub, in any letter case.
   *
   * @defaultValue the only hub that the application has configured
   */
  hub?: string;
}

/** @returns `undefined` when the operation is to be skipped */
export function resolveTarget(target: OperationTarget, call: OperationCall): string | undefined {
  const value = typeof target === 'function' ? target(call) : target;
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  const { className, methodName } = call.context;
  throw new WebPubSubError(
    `A target of ${className}.${methodName} is a ${typeof value}; a name must be a string. ` +
      'Convert it in the function of the decorator.',
    { code: 'InvalidTarget', statusCode: 500, target: methodName },
  );
}

/** @returns `undefined` when the operation is to be skipped */
export function resolveTargets(
  targets: OperationTargets,
  call: OperationCall,
): string[] | undefined {
  const value = typeof targets === 'function' ? targets(call) : targets;
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return [...(value as readonly string[])];
  const { className, methodName } = call.context;
  throw new WebPubSubError(
    `The targets of ${className}.${methodName} are a ${typeof value}; they must be an array of names.`,
    { code: 'InvalidTarget', statusCode: 500, target: methodName },
  );
}

/** A filter that its function fails to name must not become one that everybody matches. */
export function resolveFilter(
  filter: Dynamic<string> | undefined,
  call: OperationCall,
): string | undefined {
  const value: unknown = resolveOption(filter, call);
  if (filter === undefined || typeof value === 'string') return value as string | undefined;
  const { className, methodName } = call.context;
  throw new WebPubSubError(
    `The filter of ${className}.${methodName} is a ${typeof value}; it must be a string. ` +
      'The empty one lets every connection pass.',
    { code: 'InvalidTarget', statusCode: 500, target: methodName },
  );
}

/** The options that a method returned for a decorator that answers in its place. */
export function resultOptions(call: OperationCall): object {
  const { result } = call;
  if (typeof result === 'object' && result !== null && !Array.isArray(result)) return result;
  const { className, methodName } = call.context;
  throw new WebPubSubError(
    `${className}.${methodName} returned a ${typeof result}; its decorator needs an object of options.`,
    { code: 'InvalidResult', statusCode: 500, target: methodName },
  );
}

export function resolveOption<T extends string | readonly string[] | object | boolean | number>(
  option: Dynamic<T> | undefined,
  call: OperationCall,
): T | undefined {
  return typeof option === 'function' ? (option as (call: OperationCall) => T)(call) : option;
}
