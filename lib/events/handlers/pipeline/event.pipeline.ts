import { AsyncLocalStorage } from 'node:async_hooks';
import type { Type } from '@nestjs/common';
import type { ContextId, ExternalContextCreator } from '@nestjs/core';
import type { HubEvent } from '../hub-event.js';
import { parametersFactory } from './parameters.factory.js';
import { WEB_PUBSUB_CONTEXT, WebPubSubExecutionContext } from './execution-context.js';
import { settleResult, type ResultConsumer } from './result.stream.js';

// Nest's own key: parameter decorators of controllers work on handlers, and their pipes are injected.
const PARAMETERS = '__routeArguments__';

/** A method with its guards, pipes, interceptors and filters around it. */
export type PipelineMethod = (event: HubEvent, consumer: ResultConsumer) => Promise<unknown>;

/** The instance of one method, in the context of one event or of all. */
export interface PipelineTarget {
  readonly instance: object;
  readonly methodName: string;
  /** Key of the module that provides the class. */
  readonly moduleKey: string;
  readonly contextId?: ContextId;
  readonly inquirerId?: string;
}

type Arguments = readonly unknown[];
type Method = (...args: unknown[]) => Promise<unknown>;

/** What this needs of Nest's handler for what a pipeline throws. */
interface FilterHandler {
  invokeCustomFilters(error: unknown, host: WebPubSubExecutionContext): unknown;
}

/** The parts of Nest's creator that are not ours to see, the same in Nest 11 and 12. */
interface CreatorInternals {
  readonly guardsConsumer: object;
  readonly interceptorsConsumer: object;
  readonly contextUtils: object;
}

/** Puts methods into Nest's own pipeline for code outside of controllers. */
export class EventPipeline {
  // Between the call and its result lie interceptors, which know nothing of the call.
  readonly #consumers = new AsyncLocalStorage<ResultConsumer>();

  constructor(private readonly creator: ExternalContextCreator) {}

  create(target: PipelineTarget): PipelineMethod {
    const { instance, methodName, contextId, inquirerId } = target;
    const run = this.#creatorFor(target).create(
      instance,
      methodOf(instance, methodName),
      methodName,
      PARAMETERS,
      parametersFactory,
      contextId,
      inquirerId,
      { guards: true, interceptors: true, filters: true },
      WEB_PUBSUB_CONTEXT,
    ) as Method;
    return async (event, consumer) =>
      await this.#consumers.run(
        consumer,
        async () => await run(event.connection, event.data, event, event.name),
      );
  }

  /**
   * Nest's creator with what it does otherwise for resolvers and the like:
   *
   * - it takes the last value of a stream only, and each is a message;
   * - it logs what no filter handles, and so does the event router, with the connection;
   * - its contexts have one place for the data and for the response;
   * - it guesses the module from the class, and without the right one guards are left out in silence;
   * - in Nest 11 it remembers parameters by the name of the class, of which there may be two.
   */
  #creatorFor({ instance, methodName, moduleKey }: PipelineTarget): ExternalContextCreator {
    const { guardsConsumer, interceptorsConsumer, contextUtils } = this
      .creator as unknown as CreatorInternals;
    const method = methodOf(instance, methodName);
    const createHost = (args: Arguments) => createContext(args, instance, method);
    return Object.assign(Object.create(this.creator) as ExternalContextCreator, {
      transformToResult: async (result: unknown) => await this.#settle(result),
      externalErrorProxy: {
        createProxy: (run: Method, filters: FilterHandler) =>
          this.#withFilters(run, filters, createHost),
      },
      guardsConsumer: Object.assign(Object.create(guardsConsumer) as object, { createContext }),
      interceptorsConsumer: Object.assign(Object.create(interceptorsConsumer) as object, {
        createContext,
      }),
      contextUtils: Object.assign(Object.create(contextUtils) as object, {
        getContextFactory: () => createHost,
      }),
      getContextModuleKey: () => moduleKey,
      getHostModuleKey: () => moduleKey,
      handlerMetadataStorage: { get: () => undefined, set: () => undefined },
    });
  }

  async #settle(result: unknown): Promise<unknown> {
    const consumer = this.#consumers.getStore();
    return consumer === undefined ? result : await settleResult(result, consumer);
  }

  /** What a filter returns is the result. One that returns nothing has only looked on. */
  #withFilters(
    run: Method,
    filters: FilterHandler,
    createHost: (args: Arguments) => WebPubSubExecutionContext,
  ): Method {
    return async (...args) => {
      try {
        return await run(...args);
      } catch (error) {
        const event = args[2] as HubEvent;
        // Nobody is left to be answered.
        if (event.signal.aborted) throw error;
        const [connection, , ...others] = args;
        // Nest's base filter for HTTP takes the response by its position.
        const host = createHost([connection, event.response, ...others]);
        const handled = await filters.invokeCustomFilters(error, host);
        if (event.response.sent) return undefined;
        if (handled === undefined || handled === null) throw error;
        return await this.#settle(handled);
      }
    };
  }
}

/** In place of the context that Nest would make for guards, interceptors, parameters and filters. */
function createContext(
  args: Arguments,
  instance: object,
  method: Method,
): WebPubSubExecutionContext {
  const type = instance.constructor as Type;
  const context = new WebPubSubExecutionContext([...args], type, method);
  context.setType(WEB_PUBSUB_CONTEXT);
  return context;
}

function methodOf(instance: object, name: string): Method {
  return (instance as Record<string, Method>)[name] as Method;
}
