import { randomBytes } from 'node:crypto';
import { Logger, type Provider } from '@nestjs/common';
import { AccessKeys } from './auth/access-key.js';
import { MacReconnectionTokens } from './auth/reconnection-token.js';
import { EntraVerifier } from './auth/entra.verifier.js';
import { TokenVerifier } from './auth/token.verifier.js';
import { MemoryBackplane } from './backplane/memory/memory.backplane.js';
import { WEB_PUBSUB_DRIVER } from './drivers/driver.token.js';
import { AzureDriver } from './drivers/azure/azure.driver.js';
import { StrictAzureDriver } from './drivers/azure/strict-azure.driver.js';
import { EmbeddedDriver } from './drivers/embedded/embedded.driver.js';
import { ServiceEndpoint } from './drivers/embedded/service-endpoint.js';
import { Engine } from './engine/engine.js';
import type { EventSink } from './engine/ports/event-sink.interface.js';
import { EVENT_SINK } from './events/event-sink.token.js';
import { HubRegistry } from './hub/hub.registry.js';
import { getHubToken } from './hub/hub.tokens.js';
import type { WebPubSubHub } from './hub/web-pubsub-hub.js';
import { WebPubSubService } from './hub/web-pubsub.service.js';
import { REST_SETTINGS, type RestSettings } from './rest/rest.settings.js';
import { resolveConfiguration, type WebPubSubConfiguration } from './web-pubsub.configuration.js';
import { eventProviders } from './web-pubsub.event.providers.js';
import { CONFIGURATION } from './web-pubsub.constants.js';
import { WebPubSubLifecycle } from './web-pubsub.lifecycle.js';
import { receiverProviders } from './web-pubsub.receiver.providers.js';
import { MODULE_OPTIONS_TOKEN } from './web-pubsub.module-definition.js';
import type { WebPubSubModuleOptions } from './web-pubsub.options.js';
import type { WebPubSubDriver } from './drivers/hub-driver.interface.js';

/** Everything the module provides, whichever surfaces it serves. */
export function coreProviders(hubNames: readonly string[]): Provider[] {
  return [
    {
      provide: CONFIGURATION,
      useFactory: (options: WebPubSubModuleOptions) =>
        resolveConfiguration(options, { isProduction: process.env['NODE_ENV'] === 'production' }),
      inject: [MODULE_OPTIONS_TOKEN],
    },
    {
      provide: AccessKeys,
      useFactory: ({ accessKey, secondaryAccessKey }: WebPubSubConfiguration) =>
        new AccessKeys(accessKey, secondaryAccessKey),
      inject: [CONFIGURATION],
    },
    {
      provide: TokenVerifier,
      useFactory: (keys: AccessKeys) => new TokenVerifier({ keys }),
      inject: [AccessKeys],
    },
    {
      provide: EntraVerifier,
      useFactory: async ({ service: { entra } }: WebPubSubConfiguration) =>
        entra === undefined ? null : await EntraVerifier.create(entra),
      inject: [CONFIGURATION],
    },
    {
      provide: ServiceEndpoint,
      useFactory: ({ endpoint }: WebPubSubConfiguration) => new ServiceEndpoint(endpoint),
      inject: [CONFIGURATION],
    },
    ...eventProviders,
    ...receiverProviders,
    {
      provide: Engine,
      useFactory: (
        {
          events,
          hubDefaults,
          hubs,
          limits,
          unacknowledgedFailure,
          websocket,
        }: WebPubSubConfiguration,
        sink: EventSink,
      ) =>
        new Engine({
          backplane: new MemoryBackplane(),
          diagnostics: new Logger('WebPubSub'),
          events: sink,
          limits,
          unacknowledgedFailure,
          userEventFailure: events.userEventFailure,
          // Known to this process only: connections do not outlive it either.
          tokens: new MacReconnectionTokens(randomBytes(32)),
          recoveryWindowMs: websocket.recoveryWindowMs,
          slowConsumerPolicyOf: (hub) => (hubs.get(hub) ?? hubDefaults).slowConsumerPolicy,
        }),
      inject: [CONFIGURATION, EVENT_SINK],
    },
    {
      provide: WEB_PUBSUB_DRIVER,
      useFactory: createDriver,
      inject: [CONFIGURATION, Engine, AccessKeys, ServiceEndpoint],
    },
    {
      provide: REST_SETTINGS,
      useFactory: restSettings,
      inject: [CONFIGURATION, ServiceEndpoint],
    },
    {
      provide: HubRegistry,
      useFactory: (driver: WebPubSubDriver, { hubs, limits }: WebPubSubConfiguration) =>
        new HubRegistry(driver, [...new Set([...hubNames, ...hubs.keys()])], limits.messageBytes),
      inject: [WEB_PUBSUB_DRIVER, CONFIGURATION],
    },
    WebPubSubService,
    WebPubSubLifecycle,
  ];
}

async function createDriver(
  { service, endpoint, accessKey, isGeneratedKey }: WebPubSubConfiguration,
  engine: Engine,
  keys: AccessKeys,
  address: ServiceEndpoint,
): Promise<WebPubSubDriver> {
  if (service.driver === 'azure') {
    return AzureDriver.create({
      ...service.azure,
      endpoint,
      accessKey: isGeneratedKey ? undefined : accessKey,
    });
  }
  const driver = new EmbeddedDriver(engine, keys, address);
  return service.strictAzure ? new StrictAzureDriver(driver) : driver;
}

/** A hub under the token that `@InjectHub(name)` asks for. */
export function hubProvider(name: string): Provider<WebPubSubHub> {
  return {
    provide: getHubToken(name),
    useFactory: (registry: HubRegistry) => registry.get(name),
    inject: [HubRegistry],
  };
}

function restSettings(
  { limits, rest }: WebPubSubConfiguration,
  endpoint: ServiceEndpoint,
): RestSettings {
  return {
    isServed: rest.isServed,
    pipeline: rest.pipeline,
    generateToken: rest.generateToken,
    defaultApiVersion: rest.defaultApiVersion,
    maxMessageBytes: limits.messageBytes,
    // Known only once the server listens.
    get acceptedHosts() {
      return endpoint.hosts;
    },
    trustForwardedHost: rest.trustForwardedHost,
    requireContentLength: rest.requireContentLength,
  };
}
