import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { UserEventOutcome } from '../../lib/engine/ports/event-sink.interface.js';
import type { EventHandler } from '../../lib/events/event-handler.interface.js';
import { HandlerRegistry } from '../../lib/events/handlers/handler.registry.js';

export interface HandlersApp {
  readonly app: INestApplication;
  readonly registry: HandlerRegistry;
  /** The handler of hub `chat`. */
  readonly chat: EventHandler;
}

/** An application with handlers, without a service: events come from the test. */
export async function handlersApp(
  metadata: ModuleMetadata,
  {
    known,
    configure,
    adapter,
  }: {
    readonly known?: readonly string[];
    readonly configure?: (app: INestApplication) => unknown;
    /** Express without one. */
    readonly adapter?: AbstractHttpAdapter;
  } = {},
): Promise<HandlersApp> {
  const module = await Test.createTestingModule({
    ...metadata,
    providers: [HandlerRegistry, ...(metadata.providers ?? [])],
  }).compile();
  const options = { logger: false } as const;
  const app = adapter
    ? module.createNestApplication(adapter, options)
    : module.createNestApplication(options);
  configure?.(app);
  await app.init();
  const registry = app.get(HandlerRegistry);
  registry.explore(known);
  return { app, registry, chat: registry.handlerOf('chat') as EventHandler };
}

/** The replies of an event that was handled, as text. */
export function textOf(outcome: UserEventOutcome): readonly string[] {
  if (!outcome.handled) throw new Error(`not handled: ${JSON.stringify(outcome)}`);
  return outcome.replies.map(({ payload }) => payload.bytes.toString());
}
