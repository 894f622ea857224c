import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { HubRegistry } from './hub/hub.registry.js';
import { getHubToken } from './hub/hub.tokens.js';
import { WebPubSubService } from './hub/web-pubsub.service.js';
import { REST_CONTROLLERS } from './rest/rest.controllers.js';
import { restProviders } from './rest/rest.providers.js';
import { isAzureEndpoint } from './drivers/azure/azure-endpoint.js';
import { endpointIn } from './auth/connection-string.js';
import { WebPubSubEventSettings } from './web-pubsub.event-settings.js';
import { WebPubSubFeatureModule } from './web-pubsub-feature.module.js';
import {
  ConfigurableModuleClass,
  type ASYNC_OPTIONS_TYPE,
  type OPTIONS_TYPE,
} from './web-pubsub.module-definition.js';
import type { WebPubSubModuleOptions } from './web-pubsub.options.js';
import { coreProviders, hubProvider } from './web-pubsub.providers.js';
import { AccessKeys } from './auth/access-key.js';

/**
 * Web PubSub in a Nest application: hubs to inject, and by default the service itself, on the
 * application's own HTTP server.
 *
 * @example
 * ```ts
 * @Module({ imports: [WebPubSubModule.forRoot({ hubs: ['chat'] })] })
 * export class AppModule {}
 * ```
 */
@Module({})
export class WebPubSubModule extends ConfigurableModuleClass {
  /**
   * Configures the module from values that are known when the application is put together.
   *
   * Invalid options make the application fail to start with a {@link WebPubSubConfigurationError}.
   */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    const names = hubNames(options);
    const { hubNames: _names, serveRest: _rest, isGlobal, ...moduleOptions } = options;
    const definition = super.forRoot({ ...moduleOptions, isGlobal: isGlobal ?? true });
    return assemble(definition, { names, serveRest: servesRest(options) });
  }

  /**
   * Configures the module from a factory, a class or an existing provider, for example with the
   * application's configuration service. Hubs that are injected must be named in `hubNames` or with
   * {@link WebPubSubModule.forFeature}, and `serveRest: false` leaves the REST API out, since Nest
   * must know both before the factory runs.
   *
   * @example
   * ```ts
   * WebPubSubModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ connectionString: config.getOrThrow('WEB_PUBSUB') }),
   *   hubNames: ['chat'],
   * });
   * ```
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    const definition = super.forRootAsync({ ...options, isGlobal: options.isGlobal ?? true });
    const { hubNames: names = [], serveRest = true } = options;
    return assemble(definition, { names, serveRest });
  }

  /**
   * Makes more hubs injectable, in the module that uses them.
   *
   * @example
   * ```ts
   * @Module({ imports: [WebPubSubModule.forFeature('notifications')], providers: [Notifier] })
   * export class NotificationsModule {}
   * ```
   */
  static forFeature(...hubs: readonly string[]): DynamicModule {
    const providers = hubs.map(hubProvider);
    return { module: WebPubSubFeatureModule, providers, exports: hubs.map(getHubToken) };
  }
}

function assemble(
  definition: DynamicModule,
  { names, serveRest }: { readonly names: readonly string[]; readonly serveRest: boolean },
): DynamicModule {
  const providers: Provider[] = [
    ...(definition.providers ?? []),
    ...coreProviders(names),
    ...names.map(hubProvider),
    ...(serveRest ? restProviders : []),
  ];
  return {
    ...definition,
    controllers: serveRest ? [...REST_CONTROLLERS] : [],
    providers,
    exports: [
      AccessKeys,
      HubRegistry,
      WebPubSubEventSettings,
      WebPubSubService,
      ...names.map(getHubToken),
    ],
  };
}

/** Controllers have to be known before the options are checked. */
function servesRest({ rest, driver, endpoint, connectionString }: WebPubSubModuleOptions): boolean {
  if (rest === false || driver === 'azure') return false;
  if (driver === 'embedded') return true;
  const address = endpoint ?? endpointIn(connectionString);
  return address === undefined || !isAzureEndpoint(address);
}

/** The names as far as they are names; {@link resolveConfiguration} reports the rest. */
function hubNames({ hubs = [] }: WebPubSubModuleOptions): readonly string[] {
  const names: readonly unknown[] = Array.isArray(hubs) ? hubs : Object.keys(hubs ?? {});
  return [
    ...new Set(names.filter((name) => typeof name === 'string').map((name) => name.toLowerCase())),
  ];
}
