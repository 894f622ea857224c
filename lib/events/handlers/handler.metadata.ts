import type { GroupEventName, SystemEventName } from '../event-handler.interface.js';

// Strings, so that two copies of the package in one application understand each other.
const HUB = 'webpubsub:hub';
const HANDLED_EVENTS = 'webpubsub:handled-events';

/** What one decorator says about a method. */
export type HandledEvent =
  | { readonly kind: SystemEventName | GroupEventName; readonly decorator: string }
  | { readonly kind: 'user'; readonly decorator: string; readonly pattern: string };

/** @param name of a setting that is not there, it is `undefined` whatever its type says */
export function declareHub(target: object, name: string | undefined): void {
  Reflect.defineMetadata(HUB, name ?? null, target);
}

/**
 * The name as it was written, `undefined` for a class that is none of ours; whether it is a name is for
 * the start of the application to say.
 */
export function declaredHub(target: object): unknown {
  return Reflect.getMetadata(HUB, target);
}

/** On the function, as Nest keeps guards and the like: what wraps a method takes both along. */
export function declareHandledEvent(method: object, event: HandledEvent): void {
  Reflect.defineMetadata(HANDLED_EVENTS, [...handledEvents(method), event], method);
}

export function handledEvents(method: object): readonly HandledEvent[] {
  return (Reflect.getMetadata(HANDLED_EVENTS, method) as HandledEvent[] | undefined) ?? [];
}
