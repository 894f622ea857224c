import { HttpException } from '@nestjs/common';
import { ContextIdFactory, type ContextId, type ExternalContextCreator } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { Injector } from '@nestjs/core/injector/injector.js';
import type { Module } from '@nestjs/core/injector/module.js';
import { REQUEST_CONTEXT_ID } from '@nestjs/core/router/request/request-constants.js';
import { withAbort } from '../../engine/abort-signals.js';
import type { HubEvent } from './hub-event.js';
import type { EventPipeline, PipelineMethod } from './pipeline/event.pipeline.js';
import type { ResultConsumer } from './pipeline/result.stream.js';

/** Where Nest keeps a class with handlers. */
export interface HandlerHost {
  readonly type: { readonly name: string; readonly prototype: object };
  readonly wrapper: InstanceWrapper<object>;
  readonly module: Module;
  /** The providers or the controllers of the module. */
  readonly collection: Map<unknown, InstanceWrapper>;
}

/** What calls of handlers need of the application. */
export interface HandlerRuntime {
  readonly creator: ExternalContextCreator;
  readonly pipeline: EventPipeline;
  readonly injector: Injector;
}

/** One method that handles events: calls it in Nest's pipeline, on the right instance. */
export class HandlerMethod {
  /** `Class.method`. */
  readonly place: string;
  #static: PipelineMethod | undefined;

  constructor(
    private readonly runtime: HandlerRuntime,
    readonly host: HandlerHost,
    readonly methodName: string,
  ) {
    this.place = `${host.type.name}.${methodName}`;
  }

  /**
   * @returns the result, or what was sent as the response
   * @throws what the pipeline throws, an `HttpException` for a response that refuses, or the reason of
   *   the signal
   */
  async call(event: HubEvent, emit?: ResultConsumer['emit']): Promise<unknown> {
    const { response, signal } = event;
    let result: unknown;
    try {
      signal.throwIfAborted();
      result = await withAbort(this.#run(event, emit), signal);
    } catch (error) {
      // As with HTTP, what was sent cannot be taken back.
      if (!response.sent || signal.aborted) throw error;
    }
    if (response.refuses) throw refusal(response);
    return response.sent ? response.body : result;
  }

  async #run(event: HubEvent, emit?: ResultConsumer['emit']): Promise<unknown> {
    const method = this.#isPerEvent() ? await this.#forEvent(event) : this.#forAll();
    return await method(event, { signal: event.signal, emit });
  }

  #isPerEvent(): boolean {
    const { wrapper } = this.host;
    return wrapper.isTransient || !wrapper.isDependencyTreeStatic();
  }

  #forAll(): PipelineMethod {
    // Not before the first event: until then the application may add global guards and the like.
    return (this.#static ??= this.#create(this.host.wrapper.instance));
  }

  async #forEvent(event: HubEvent): Promise<PipelineMethod> {
    const { wrapper, module, collection } = this.host;
    const contextId = this.#contextIdOf(event);
    const { injector } = this.runtime;
    const instance = await injector.loadPerContext<object>(
      wrapper.instance,
      module,
      collection as Parameters<Injector['loadPerContext']>[2],
      contextId,
      wrapper,
    );
    return this.#create(instance, contextId);
  }

  #create(instance: object, contextId?: ContextId): PipelineMethod {
    const { methodName, host } = this;
    return this.runtime.pipeline.create({
      instance,
      methodName,
      moduleKey: host.module.token,
      ...(contextId && { contextId, inquirerId: host.wrapper.id }),
    });
  }

  /** As Nest does for HTTP requests, so that strategies for durable providers have their say. */
  #contextIdOf(event: HubEvent): ContextId {
    const contextId = ContextIdFactory.getByRequest(event);
    Object.defineProperty(event, REQUEST_CONTEXT_ID, { value: contextId });
    const isDurable = this.host.wrapper.isDependencyTreeDurable();
    const { payload } = contextId as ContextId & { readonly payload?: object };
    const request: unknown = isDurable ? payload : Object.assign(event, payload);
    this.runtime.creator.registerRequestProvider(request, contextId);
    return contextId;
  }
}

function refusal({ body, statusCode }: HubEvent['response']): HttpException {
  const isBody = typeof body === 'string' || (typeof body === 'object' && body !== null);
  return new HttpException(isBody ? body : `The answer has status ${statusCode}.`, statusCode);
}
