import type { Server } from 'node:http';
import type {
  INestApplication,
  LoggerService,
  ModuleMetadata,
  NestApplicationOptions,
} from '@nestjs/common';
import { type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { EntraVerifier } from '../../../../lib/auth/entra.verifier.js';
import { TokenVerifier } from '../../../../lib/auth/token.verifier.js';
import { WEB_PUBSUB_DRIVER } from '../../../../lib/drivers/driver.token.js';
import { REST_CONTROLLERS } from '../../../../lib/rest/rest.controllers.js';
import { restProviders } from '../../../../lib/rest/rest.providers.js';
import { REST_SETTINGS, type RestSettings } from '../../../../lib/rest/rest.settings.js';
import { type Call, KEYS, type Reply, send } from './http.client.js';
import { RecordingDriver } from './recording.driver.js';

export const PLATFORMS = ['express', 'fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

export const SETTINGS: RestSettings = {
  isServed: true,
  pipeline: 'application',
  generateToken: 'any',
  defaultApiVersion: '2020-10-01',
  maxMessageBytes: 1024 * 1024,
  acceptedHosts: [],
  trustForwardedHost: false,
  requireContentLength: false,
};

export interface RestApplicationInit {
  readonly settings?: Partial<RestSettings>;
  /** Judges callers of Microsoft Entra ID; nobody does when it is left out. */
  readonly entra?: EntraVerifier | null;
  readonly nest?: NestApplicationOptions;
  readonly host?: Pick<ModuleMetadata, 'controllers' | 'providers' | 'imports'>;
  readonly adapter?: AbstractHttpAdapter;
  /** What `main.ts` of the application does before it starts. */
  readonly configure?: (app: INestApplication<Server>) => void;
}

/** An application with the REST API and nothing behind it. */
export interface RestApplication {
  readonly app: INestApplication<Server>;
  readonly driver: RecordingDriver;
  readonly origin: string;
  call(method: string, path: string, call?: Call): Promise<Reply>;
  close(): Promise<void>;
}

export async function startRest(
  platform: Platform,
  { settings, entra = null, nest, host, adapter, configure }: RestApplicationInit = {},
): Promise<RestApplication> {
  const driver = new RecordingDriver();
  const module = await Test.createTestingModule({
    imports: host?.imports ?? [],
    controllers: [...REST_CONTROLLERS, ...(host?.controllers ?? [])],
    providers: [
      ...restProviders,
      { provide: REST_SETTINGS, useValue: { ...SETTINGS, ...settings } },
      { provide: WEB_PUBSUB_DRIVER, useValue: driver },
      { provide: TokenVerifier, useValue: new TokenVerifier({ keys: KEYS }) },
      { provide: EntraVerifier, useValue: entra },
      ...(host?.providers ?? []),
    ],
  }).compile();
  const app = module.createNestApplication<INestApplication<Server>>(
    adapter ?? (platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter()),
    { logger: false, ...nest },
  );
  configure?.(app);
  await app.listen(0, '127.0.0.1');
  const origin = await app.getUrl();
  return {
    app,
    driver,
    origin,
    call: (method, path, call) => send(origin, method, path, call),
    close: () => app.close(),
  };
}

/** Keeps what would be printed. */
export class RecordingLogger implements LoggerService {
  readonly errors: string[] = [];

  log(): void {}
  warn(): void {}
  error(message: unknown): void {
    this.errors.push(String(message));
  }
}
