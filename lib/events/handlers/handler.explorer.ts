import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { Module } from '@nestjs/core/injector/module.js';
import type { HandlerHost } from './handler.method.js';
import { declaredHub, handledEvents, type HandledEvent } from './handler.metadata.js';

/** A method of a provider or controller that has decorators of ours. */
export interface FoundMethod {
  readonly host: HandlerHost;
  readonly name: string;
  readonly events: readonly HandledEvent[];
}

/** A class that handles events, or says so. */
export interface FoundClass {
  readonly host: HandlerHost;
  /** What `@Hub` was given; `undefined` without one. */
  readonly hub: unknown;
  readonly methods: readonly FoundMethod[];
}

/** Looks through all classes of an application, each instance once, for handlers of events. */
export function* findHandlers(modules: ModulesContainer): Generator<FoundClass> {
  const scanner = new MetadataScanner();
  const seen = new Set<unknown>();
  const hosts = [...hostsIn(modules)];
  // Under its class first: the instance may be handed on under other tokens.
  for (const host of [...hosts.filter(isOwnProvider), ...hosts]) {
    const { wrapper, type } = host;
    if (seen.has(wrapper) || seen.has(wrapper.instance)) continue;
    seen.add(wrapper).add(wrapper.instance);
    const hub = declaredHub(type);
    const methods = scanner
      .getAllMethodNames(type.prototype)
      .map((name) => ({ host, name, events: handledEvents(methodOf(type.prototype, name)) }))
      .filter(({ events }) => events.length > 0);
    if (hub !== undefined || methods.length > 0) yield { host, hub, methods };
  }
}

/** Whether the class itself is listed in a module. */
export function isOwnProvider({ wrapper, type }: HandlerHost): boolean {
  return wrapper.token === type;
}

function* hostsIn(modules: ModulesContainer): Generator<HandlerHost> {
  for (const module of modules.values()) {
    for (const collection of [module.providers, module.controllers]) {
      for (const wrapper of collection.values()) {
        const host = hostOf(wrapper as InstanceWrapper<object>, module, collection);
        if (host !== undefined) yield host;
      }
    }
  }
}

function hostOf(
  wrapper: InstanceWrapper<object>,
  module: Module,
  collection: HandlerHost['collection'],
): HandlerHost | undefined {
  if (wrapper.isAlias) return undefined;
  // Of a factory Nest knows the instance only, and of a request-scoped one not even that.
  const type: unknown = wrapper.isNotMetatype ? wrapper.instance?.constructor : wrapper.metatype;
  if (typeof type !== 'function' || !(type.prototype instanceof Object)) return undefined;
  return { type: type as unknown as HandlerHost['type'], wrapper, module, collection };
}

function methodOf(prototype: object, name: string): object {
  return (prototype as Record<string, object>)[name] as object;
}
