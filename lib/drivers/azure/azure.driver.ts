import type { HubDriver, WebPubSubDriver } from '../hub-driver.interface.js';
import { AzureCalls } from './azure.calls.js';
import { resolveConnection, type AzureConnection } from './azure.connection.js';
import { credentialFailed } from './azure.errors.js';
import { AzureHub } from './azure.hub.js';
import type { AzureCredential, AzureDriverOptions, AzureProxy } from './azure.options.js';
import { askForHealth, callVersion, goThrough, protectQuery } from './azure.policies.js';
import {
  loadAzureSdk,
  type AzureClientFactory,
  type AzureClientOptions,
  type AzurePolicy,
} from './azure.sdk.js';

// Whoever asks for health wants to know before a load balancer gives up on the answer.
const HEALTH_TIMEOUT_SECONDS = 10;

/**
 * The service in Azure, called through the official `@azure/web-pubsub`. It can be any server of the
 * same REST API.
 *
 * What the service lacks is refused with {@link WebPubSubError} `NotSupportedByAzure` (501). Other
 * failures are {@link WebPubSubError} too, with the code and the status of the service;
 * `ServiceUnreachable` (503), `ServiceTimeout` (504), `UnexpectedAnswer` (502) and
 * `CredentialFailed` (503) are ours.
 *
 * @example
 * ```ts
 * const driver = await AzureDriver.create({ connectionString: process.env.WEB_PUBSUB });
 * await driver.hub('chat').userExists('ann');
 * ```
 */
export class AzureDriver implements WebPubSubDriver {
  // Hubs that code of the application names; each has a client, which caches its token.
  readonly #hubs = new Map<string, AzureHub>();
  readonly #options: AzureDriverOptions;
  readonly #connection: AzureConnection;
  readonly #calls: AzureCalls;
  readonly #createClient: AzureClientFactory;
  #healthProbe: (() => Promise<boolean>) | undefined;

  private constructor(options: AzureDriverOptions, createClient: AzureClientFactory) {
    this.#options = options;
    this.#connection = resolveConnection(options);
    this.#calls = new AzureCalls(this.#connection.endpoint.host, options.timeoutSeconds);
    this.#createClient = createClient;
  }

  /**
   * @param load how the optional package is loaded
   * @throws {@link WebPubSubConfigurationError} when the package is not installed, or the options do
   *   not name a service and a way in
   */
  static async create(
    options: AzureDriverOptions,
    load: () => Promise<AzureClientFactory> = loadAzureSdk,
  ): Promise<AzureDriver> {
    return new AzureDriver(options, await load());
  }

  hub(name: string): HubDriver {
    const key = name.toLowerCase();
    let hub = this.#hubs.get(key);
    if (hub === undefined) {
      const { maxRetries } = this.#options;
      hub = new AzureHub(key, this.#client(key, [], maxRetries), this.#calls);
      this.#hubs.set(key, hub);
    }
    return hub;
  }

  async isHealthy(): Promise<boolean> {
    this.#healthProbe ??= this.#createHealthProbe();
    return await this.#healthProbe().catch(() => false);
  }

  /** The package cannot ask for health: a question it has is sent there instead, and once only. */
  #createHealthProbe(): () => Promise<boolean> {
    const { endpoint } = this.#connection;
    const client = this.#client('health', [askForHealth(endpoint)], 0);
    const calls = new AzureCalls(
      endpoint.host,
      this.#options.timeoutSeconds ?? HEALTH_TIMEOUT_SECONDS,
    );
    return async () => await calls.run((call) => client.groupExists('health', call));
  }

  #client(
    hub: string,
    policies: readonly AzurePolicy[],
    maxRetries: number | undefined,
  ): ReturnType<AzureClientFactory> {
    const { access, endpoint, gateway } = this.#connection;
    const { apiVersion, proxy } = this.#options;
    const perRetry = [
      ...(apiVersion === undefined ? [] : [callVersion(apiVersion)]),
      ...policies,
      ...(gateway === undefined ? [] : [goThrough(gateway, endpoint)]),
    ];
    const options: AzureClientOptions = {
      allowInsecureConnection: [endpoint, gateway].some((url) => url?.protocol === 'http:'),
      additionalPolicies: [
        { policy: protectQuery, position: 'perCall' },
        ...perRetry.map((policy) => ({ policy, position: 'perRetry' as const })),
      ],
      ...(maxRetries !== undefined && { retryOptions: { maxRetries } }),
      ...(proxy && { proxyOptions: proxyOptions(proxy) }),
    };
    const way = typeof access === 'string' ? access : guarded(access);
    return this.#createClient(endpoint.href, way, hub, options);
  }
}

/** The package wants the scheme of the proxy in its host. */
function proxyOptions(proxy: AzureProxy): AzureClientOptions['proxyOptions'] {
  const host = proxy.host.includes('://') ? proxy.host : `http://${proxy.host}`;
  return { ...proxy, host };
}

/** Lets errors of the credential not be taken for answers of the service: they look the same. */
function guarded(credential: AzureCredential): AzureCredential {
  return {
    async getToken(scopes, options) {
      let token: Awaited<ReturnType<AzureCredential['getToken']>>;
      try {
        token = await credential.getToken(scopes, options);
      } catch (error) {
        throw credentialFailed(error);
      }
      if (token === null) throw credentialFailed(undefined);
      return token;
    },
  };
}
