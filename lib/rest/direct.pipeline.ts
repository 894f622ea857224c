import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ExecutionContext, ForbiddenException, type Type } from '@nestjs/common';
import { GUARDS_METADATA, PIPES_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { MountedRoute } from './platform/route-table.js';
import { RestExceptionFilter } from './rest-exception.filter.js';

/** Finds the instance of a controller or of one of its enhancers. */
export type Resolve = <T>(type: Type<T>) => T;

interface Guard {
  canActivate(context: ExecutionContext): boolean | Promise<boolean>;
}

interface Pipe {
  transform(value: unknown): unknown;
}

/** One parameter of a handler, as Nest keeps it: our own decorators bring a factory. */
interface RouteArgument {
  readonly index: number;
  readonly data?: unknown;
  readonly factory?: (data: unknown, context: ExecutionContext) => unknown;
}

/** An operation as its controller declares it. */
interface Operation {
  readonly controller: Type;
  readonly handler: (...args: unknown[]) => Promise<void>;
  readonly instance: object;
  readonly guards: readonly Guard[];
  readonly args: readonly ((context: ExecutionContext) => unknown)[];
}

/**
 * Runs an operation with what its controller declares, and nothing of the application around it: no
 * router of the platform, no middleware, no enhancers that are global. They take longer than a send.
 */
export class DirectPipeline {
  readonly #operations = new Map<MountedRoute, Operation>();
  readonly #filter = new RestExceptionFilter();

  constructor(routes: readonly MountedRoute[], resolve: Resolve) {
    for (const route of routes) this.#operations.set(route, operationOf(route, resolve));
  }

  /** Answers the request, whatever happens. */
  async run(
    route: MountedRoute,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const operation = this.#operations.get(route) as Operation;
    const { controller, handler, instance, guards, args } = operation;
    const context = new ExecutionContextHost([request, response], controller, handler);
    try {
      for (const guard of guards) {
        const verdict = guard.canActivate(context);
        // A promise costs a turn of the microtask queue, so only those that are one are awaited.
        if (verdict !== true && !(await verdict)) throw new ForbiddenException();
      }
      await handler.apply(
        instance,
        args.map((read) => read(context)),
      );
    } catch (error) {
      // oxlint-disable-next-line promise/valid-params -- a filter, not a promise
      this.#filter.catch(error, context);
    }
  }
}

function operationOf({ controller, handler }: MountedRoute, resolve: Resolve): Operation {
  const enhancers = <T>(key: string): T[] =>
    ((Reflect.getMetadata(key, controller) ?? []) as Type<T>[]).map(resolve);
  const pipes = enhancers<Pipe>(PIPES_METADATA);
  return {
    controller,
    handler: (controller.prototype as Record<string, Operation['handler']>)[
      handler
    ] as Operation['handler'],
    instance: resolve<object>(controller),
    guards: enhancers<Guard>(GUARDS_METADATA),
    args: argumentsOf(controller, handler, pipes),
  };
}

function argumentsOf(
  controller: Type,
  handler: string,
  pipes: readonly Pipe[],
): readonly ((context: ExecutionContext) => unknown)[] {
  const declared = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<
    string,
    RouteArgument
  >;
  return Object.entries(declared)
    .toSorted(([, a], [, b]) => a.index - b.index)
    .map(([key, { factory, data }]) => {
      if (factory !== undefined) {
        return (context: ExecutionContext) =>
          pipes.reduce((value, pipe) => pipe.transform(value), factory(data, context));
      }
      const position = key.startsWith(`${RouteParamtypes.REQUEST}:`) ? 0 : 1;
      return (context: ExecutionContext) => context.getArgByIndex<unknown>(position);
    });
}
