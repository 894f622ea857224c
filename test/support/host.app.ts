import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { EventSink } from '../../lib/engine/ports/event-sink.interface.js';
import { EVENT_SINK } from '../../lib/events/event-sink.token.js';
import type { Platform } from './platforms.js';

/** An application of somebody who uses the module, with whatever else is in it. */
export interface HostOptions extends ModuleMetadata {
  /** Receives the events of clients instead of the module's own dispatcher. */
  readonly sink?: EventSink;
  /** Whether it listens on a free port. @defaultValue true */
  readonly listen?: boolean;
  /** Runs after the application was created and before it starts. */
  readonly configure?: (app: INestApplication<Server>) => void;
}

export interface Host {
  readonly app: INestApplication<Server>;
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

export async function startHost(
  platform: Platform,
  { sink, configure, listen = true, ...metadata }: HostOptions,
): Promise<Host> {
  const builder = Test.createTestingModule(metadata);
  if (sink !== undefined) builder.overrideProvider(EVENT_SINK).useValue(sink);
  const module = await builder.compile();
  const app = module.createNestApplication<INestApplication<Server>>(
    platform === 'fastify'
      ? new FastifyAdapter({ routerOptions: { maxParamLength: 1024 } })
      : new ExpressAdapter(),
    { logger: false },
  );
  configure?.(app);
  if (listen) await app.listen(0, '127.0.0.1');
  else await app.init();
  const server = app.getHttpServer();
  const port = (server.address() as AddressInfo | null)?.port ?? 0;
  return {
    app,
    server,
    port,
    url: `http://127.0.0.1:${String(port)}`,
    close: async () => {
      await app.close();
    },
  };
}
