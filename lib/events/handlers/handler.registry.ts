import { Injectable } from '@nestjs/common';
import { ExternalContextCreator, ModulesContainer } from '@nestjs/core';
import { Injector } from '@nestjs/core/injector/injector.js';
import { normalizeHubName } from '../../engine/names.js';
import {
  WebPubSubConfigurationError,
  type ConfigurationProblem,
} from '../../errors/configuration.error.js';
import type { EventHandler } from '../event-handler.interface.js';
import { findHandlers, type FoundClass, type FoundMethod } from './handler.explorer.js';
import { HandlerMethod, type HandlerRuntime } from './handler.method.js';
import {
  duplicateHandler,
  problemOfHub,
  problemOfProvider,
  problemsOfMethod,
} from './handler.problems.js';
import { HubEventHandler } from './hub-event.handler.js';
import { HubMethods } from './hub.methods.js';
import { EventPipeline } from './pipeline/event.pipeline.js';
import { eventNames } from './user-event.names.js';

/** The handlers of events that the classes of this application have, by hub. */
@Injectable()
export class HandlerRegistry {
  readonly #handlers = new Map<string, EventHandler>();
  readonly #runtime: HandlerRuntime;

  constructor(
    private readonly modules: ModulesContainer,
    creator: ExternalContextCreator,
  ) {
    const pipeline = new EventPipeline(creator);
    this.#runtime = { creator, pipeline, injector: new Injector() };
  }

  /**
   * Finds the classes with `@Hub`, once at start.
   *
   * @param known the hubs there are, in lower case; none: any
   * @throws {@link WebPubSubConfigurationError} with everything that is wrong at once
   */
  explore(known: readonly string[] = []): void {
    const problems: ConfigurationProblem[] = [];
    const hubs = new Map<string, HubMethods>();
    for (const found of findHandlers(this.modules)) {
      const ofClass = [problemOfHub(found, known), problemOfProvider(found)];
      problems.push(...ofClass.filter((problem) => problem !== undefined));
      problems.push(...found.methods.flatMap(problemsOfMethod));
      if (typeof found.hub === 'string') problems.push(...this.#add(hubs, found.hub, found));
    }
    if (problems.length > 0) throw new WebPubSubConfigurationError(problems);
    this.#handlers.clear();
    for (const [hub, methods] of hubs) this.#handlers.set(hub, new HubEventHandler(methods));
  }

  /** Hubs with handlers, in lower case. */
  get hubs(): readonly string[] {
    return [...this.#handlers.keys()];
  }

  /** @param hub lower case */
  handlerOf(hub: string): EventHandler | undefined {
    return this.#handlers.get(hub);
  }

  #add(hubs: Map<string, HubMethods>, hub: string, found: FoundClass): ConfigurationProblem[] {
    const key = normalizeHubName(hub);
    const methods = hubs.get(key) ?? new HubMethods();
    if (found.methods.length > 0) hubs.set(key, methods);
    return found.methods.flatMap((method) => this.#addMethod(methods, key, method));
  }

  #addMethod(
    methods: HubMethods,
    hub: string,
    { host, name, events }: FoundMethod,
  ): ConfigurationProblem[] {
    const method = new HandlerMethod(this.#runtime, host, name);
    const problems: ConfigurationProblem[] = [];
    for (const event of events) {
      for (const eventName of event.kind === 'user' ? eventNames(event.pattern) : ['']) {
        const other = methods.add(method, event.kind, eventName);
        // Named twice on one method, it still has one handler.
        if (other !== undefined && other !== method) {
          problems.push(duplicateHandler(hub, { ...event, name: eventName }, method, other));
        }
      }
    }
    return problems;
  }
}
