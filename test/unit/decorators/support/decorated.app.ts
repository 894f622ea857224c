import { Global, Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { INestApplication } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { WEB_PUBSUB_DRIVER } from '../../../../lib/drivers/driver.token.js';
import { HubRegistry } from '../../../../lib/hub/hub.registry.js';
import { getHubToken } from '../../../../lib/hub/hub.tokens.js';
import type { Platform } from '../../../support/platforms.js';
import { RecordingDriver } from '../../../support/recording.driver.js';

/** What the module gives an application, without engine and HTTP. */
@Global()
@Module({})
class HubsModule {
  static with(driver: RecordingDriver, names: readonly string[]): DynamicModule {
    const hubs = names.map((name) => ({
      provide: getHubToken(name),
      useFactory: (registry: HubRegistry) => registry.get(name),
      inject: [HubRegistry],
    }));
    return {
      module: HubsModule,
      providers: [
        { provide: WEB_PUBSUB_DRIVER, useValue: driver },
        { provide: HubRegistry, useFactory: () => new HubRegistry(driver, names) },
        ...hubs,
      ],
      exports: [WEB_PUBSUB_DRIVER, HubRegistry, ...names.map(getHubToken)],
    };
  }
}

export interface DecoratedInit {
  readonly controllers?: Type[];
  readonly providers?: Provider[];
  readonly hubs?: readonly string[];
}

/** An application whose hubs only remember what they were asked for. */
export async function compile(
  init: DecoratedInit,
): Promise<{ module: TestingModule; driver: RecordingDriver }> {
  const driver = new RecordingDriver();
  const { controllers = [], providers = [], hubs = ['chat'] } = init;
  const module = await Test.createTestingModule({
    imports: [HubsModule.with(driver, hubs)],
    controllers,
    providers,
  }).compile();
  return { module, driver };
}

/** One provider with hubs behind it. */
export async function provide<T>(
  type: Type<T>,
  hubs?: readonly string[],
): Promise<{ service: T; driver: RecordingDriver }> {
  const { module, driver } = await compile({ providers: [type], hubs });
  return { service: module.get(type), driver };
}

/** The application on an HTTP platform, at `origin`. */
export async function listen(
  platform: Platform,
  init: DecoratedInit,
): Promise<{ app: INestApplication; driver: RecordingDriver; origin: string }> {
  const { module, driver } = await compile(init);
  const adapter = platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = module.createNestApplication(adapter, { logger: false });
  await app.listen(0, '127.0.0.1');
  return { app, driver, origin: await app.getUrl() };
}
