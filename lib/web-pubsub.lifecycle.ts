import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { applicationPrefix } from './application-prefix.js';
import { formatConnectionString, maskConnectionString } from './auth/connection-string.js';
import { ENTRA_DEVELOPMENT_WARNING } from './auth/entra.options.js';
import { TokenVerifier } from './auth/token.verifier.js';
import { ServiceEndpoint } from './drivers/embedded/service-endpoint.js';
import { Engine } from './engine/engine.js';
import { WebPubSubError } from './errors/web-pubsub.error.js';
import { HubRegistry } from './hub/hub.registry.js';
import { ClientEndpoint } from './transport/client.endpoint.js';
import { ClientPath } from './transport/client-path.js';
import { MqttEndpoint } from './transport/mqtt/mqtt.endpoint.js';
import { MqttPath } from './transport/mqtt/mqtt-path.js';
import { UpgradeDispatcher } from './transport/upgrade.dispatcher.js';
import type { WebPubSubConfiguration } from './web-pubsub.configuration.js';
import { WebPubSubEvents } from './web-pubsub.events.js';
import { CONFIGURATION, WEB_PUBSUB_MODULE } from './web-pubsub.constants.js';

/** Starts and stops what the module runs, at the moments Nest has for it. */
@Injectable()
export class WebPubSubLifecycle
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private readonly logger = new Logger('WebPubSub');
  #endpoints: readonly (ClientEndpoint | MqttEndpoint)[] = [];
  #dispatcher: UpgradeDispatcher | undefined;

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: WebPubSubConfiguration,
    private readonly engine: Engine,
    private readonly hubs: HubRegistry,
    private readonly events: WebPubSubEvents,
    private readonly verifier: TokenVerifier,
    private readonly serviceEndpoint: ServiceEndpoint,
    private readonly adapterHost: HttpAdapterHost,
    private readonly applicationConfig: ApplicationConfig,
    private readonly modules: ModulesContainer,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#refuseSecondRoot();
    for (const warning of this.configuration.warnings) this.logger.warn(warning);
    if (this.configuration.service.entra?.mode === 'trust-for-development') {
      this.logger.warn(ENTRA_DEVELOPMENT_WARNING);
    }
    this.events.start(this.hubs.known);
    if (this.configuration.service.driver === 'embedded') await this.engine.start();
  }

  onApplicationBootstrap(): void {
    const server = this.#httpServer();
    if (server === undefined) return;
    if (this.configuration.websocket.isServed) this.#serveClients(server);
    if (server.listening) this.#listening(server);
    else server.once('listening', () => this.#listening(server));
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { drainTimeoutMs } = this.configuration.websocket;
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.drain(drainTimeoutMs)));
    // While what handlers need is still there.
    await this.events.settle();
    this.#dispatcher?.detach();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.engine.stop();
    await this.events.close();
  }

  /** An application context has no HTTP server: hubs work, nobody can connect. */
  #httpServer(): Server | undefined {
    return this.adapterHost.httpAdapter?.getHttpServer() as Server | undefined;
  }

  #serveClients(server: Server): void {
    const { hubs, hubDefaults, limits, websocket } = this.configuration;
    const prefix = this.#prefix();
    const shared = {
      engine: this.engine,
      events: this.engine.events,
      diagnostics: this.logger,
      verifier: this.verifier,
      hosts: () => this.serviceEndpoint.hosts,
      policy: (hub: string) => ({
        anonymousConnectPolicy: (hubs.get(hub) ?? hubDefaults).anonymousConnectPolicy,
      }),
    };
    const settings = {
      maxMessageBytes: limits.messageBytes,
      keepAliveIntervalMs: websocket.keepAliveIntervalMs,
      handshakeTimeoutMs: websocket.handshakeTimeoutMs,
      longestSessionMs: websocket.recoveryWindowMs,
    };
    this.#endpoints = [
      new ClientEndpoint({ ...shared, settings, path: new ClientPath(prefix) }),
      new MqttEndpoint({ ...shared, settings, path: new MqttPath(prefix) }),
    ];
    this.#dispatcher = new UpgradeDispatcher(server, this.#endpoints);
  }

  /** What the application puts in front of `/client` and `/clients`. */
  #prefix(): string {
    return applicationPrefix(this.applicationConfig, '/client/hubs/hub');
  }

  #listening(server: Server): void {
    const address = server.address();
    if (address === null || typeof address === 'string') return;
    const scheme = server instanceof TlsServer ? 'https' : 'http';
    const origin = `${scheme}://${hostOf(address)}:${address.port}`;
    this.serviceEndpoint.listening(`${origin}${this.#prefix()}`);
    if (this.configuration.logStart) this.#logStart();
  }

  #logStart(): void {
    const { accessKey, hubs, isGeneratedKey, rest, service, websocket } = this.configuration;
    if (service.driver === 'azure') {
      this.logger.log(`Web PubSub is the service at ${this.configuration.endpoint ?? ''}`);
      return;
    }
    const endpoint = this.serviceEndpoint.url?.href ?? '';
    const connectionString = formatConnectionString({ endpoint, accessKey });
    const surfaces = [rest.isServed && 'REST', websocket.isServed && 'WebSocket'].filter(Boolean);
    this.logger.log(
      [
        'Web PubSub is served from this application',
        `  endpoint           ${endpoint} (${surfaces.join(' and ') || 'hub services only'})`,
        `  hubs               ${[...hubs.keys()].join(', ') || 'any'}`,
        `  connection string  ${maskConnectionString(connectionString)}`,
        ...(isGeneratedKey
          ? ['  The access key was made up for this start: set `accessKey` to keep it.']
          : []),
      ].join('\n'),
    );
  }

  #refuseSecondRoot(): void {
    const roots = [...this.modules.values()].filter(
      (module) => module.metatype.name === WEB_PUBSUB_MODULE && module.providers.has(CONFIGURATION),
    );
    if (roots.length < 2) return;
    throw new WebPubSubError(
      'WebPubSubModule.forRoot() is imported more than once with different options. ' +
        'Import it once, in the root module; other modules use forFeature().',
      { code: 'DuplicateModule', statusCode: 500, target: 'WebPubSubModule' },
    );
  }
}

/** A host that a client on this machine can use. */
function hostOf({ address, family }: AddressInfo): string {
  if (address === '::' || address === '0.0.0.0') return 'localhost';
  return family === 'IPv6' ? `[${address}]` : address;
}
