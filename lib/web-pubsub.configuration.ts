import {
  generateAccessKey,
  isWellKnownAccessKey,
  MIN_ACCESS_KEY_BYTES,
} from './auth/access-key.js';
import { ConnectionStringError, parseConnectionString } from './auth/connection-string.js';
import { DEFAULT_LIMITS, MAX_MESSAGE_BYTES } from './engine/limits.js';
import type { SlowConsumerPolicy } from './engine/slow-consumers.js';
import { isHubName, normalizeHubName } from './engine/names.js';
import {
  readService,
  SERVICE_OPTIONS,
  type ServiceConfiguration,
} from './configuration/service.section.js';
import { readReceiver, type ReceiverConfiguration } from './configuration/receiver.section.js';
import { WebPubSubConfigurationError } from './errors/configuration.error.js';
import {
  HUB_EVENT_OPTIONS,
  readHubEvents,
  type HubEventSettings,
} from './configuration/event-handlers.section.js';
import { readEvents, type EventsConfiguration } from './configuration/events.section.js';
import { OptionReader } from './configuration/option.reader.js';
import { API_VERSIONS, type ApiVersion } from './rest/api-version.js';
import type { WebPubSubLimits, WebPubSubModuleOptions } from './web-pubsub.options.js';

/** How one hub treats its clients, and who takes its events. */
export interface HubConfiguration {
  /** As written; receivers of webhooks see it like this. */
  readonly name: string;
  readonly anonymousConnectPolicy: 'allow' | 'deny';
  readonly slowConsumerPolicy: SlowConsumerPolicy;
  readonly events: HubEventSettings;
}

/** How clients of a hub are treated, whether it is named or not. */
type ClientSettings = Pick<HubConfiguration, 'anonymousConnectPolicy' | 'slowConsumerPolicy'>;

/** The options after validation, with every default filled in. */
export interface WebPubSubConfiguration {
  readonly service: ServiceConfiguration;
  readonly accessKey: string;
  readonly secondaryAccessKey: string | undefined;
  /** Whether the key was made up at start. */
  readonly isGeneratedKey: boolean;
  readonly endpoint: string | undefined;
  /** Names in lower case. */
  readonly hubs: ReadonlyMap<string, HubConfiguration>;
  readonly hubDefaults: ClientSettings;
  readonly rest: {
    readonly isServed: boolean;
    readonly defaultApiVersion: ApiVersion;
    readonly requireContentLength: boolean;
    readonly generateToken: 'any' | 'entra-only';
    readonly pipeline: 'application' | 'direct';
    readonly trustForwardedHost: boolean;
  };
  readonly websocket: {
    readonly isServed: boolean;
    readonly keepAliveIntervalMs: number;
    readonly handshakeTimeoutMs: number;
    readonly drainTimeoutMs: number;
    readonly recoveryWindowMs: number;
  };
  readonly unacknowledgedFailure: 'ignore' | 'close';
  readonly events: EventsConfiguration;
  readonly receiver: ReceiverConfiguration | undefined;
  readonly limits: Readonly<WebPubSubLimits>;
  readonly logStart: boolean;
  /** What is accepted but deserves a word in the log. */
  readonly warnings: readonly string[];
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws {@link WebPubSubConfigurationError} with every problem at once
 */
export function resolveConfiguration(
  options: WebPubSubModuleOptions,
  environment: { readonly isProduction: boolean },
): WebPubSubConfiguration {
  const read = new OptionReader(options);
  read.refuseUnknown('', KNOWN_OPTIONS);
  const warnings: string[] = [];
  const connection = readConnectionString(read);
  const endpoint = read.httpUrl('endpoint') ?? connection?.endpoint;
  const accessKey = read.secret('accessKey') ?? connection?.accessKey;
  const secondaryAccessKey = read.secret('secondaryAccessKey');
  checkKey(read, 'accessKey', accessKey, environment.isProduction, warnings);
  checkKey(read, 'secondaryAccessKey', secondaryAccessKey, environment.isProduction, warnings);

  const events = readEvents(read, environment);
  const service = readService(read, { endpoint, accessKey, ...environment });
  const isEmbedded = service.driver === 'embedded';
  const configuration: WebPubSubConfiguration = {
    service,
    accessKey: accessKey ?? generateAccessKey(),
    secondaryAccessKey,
    isGeneratedKey: accessKey === undefined,
    endpoint,
    hubs: readHubs(read, { canResolveSecrets: events.resolveSecret !== undefined }),
    hubDefaults: readHubDefaults(read.section('hubDefaults')),
    rest: {
      isServed:
        isEmbedded &&
        read.isSwitchedOn('rest', [
          'defaultApiVersion',
          'requireContentLength',
          'generateToken',
          'pipeline',
          'trustForwardedHost',
        ]),
      defaultApiVersion: read.oneOf('rest.defaultApiVersion', API_VERSIONS, '2020-10-01'),
      requireContentLength: read.boolean('rest.requireContentLength', false),
      generateToken: read.oneOf('rest.generateToken', ['any', 'entra-only'], 'any'),
      pipeline: read.oneOf('rest.pipeline', ['application', 'direct'], 'application'),
      trustForwardedHost: read.boolean('rest.trustForwardedHost', false),
    },
    websocket: {
      isServed:
        isEmbedded &&
        read.isSwitchedOn('websocket', [
          'keepAliveIntervalSeconds',
          'handshakeTimeoutSeconds',
          'drainTimeoutSeconds',
          'recoveryWindowSeconds',
        ]),
      keepAliveIntervalMs: read.milliseconds('websocket.keepAliveIntervalSeconds', 20, 0.05, 120),
      handshakeTimeoutMs: read.milliseconds('websocket.handshakeTimeoutSeconds', 30, 0.05, 300),
      drainTimeoutMs: read.milliseconds('websocket.drainTimeoutSeconds', 5, 0, 300),
      recoveryWindowMs: read.milliseconds('websocket.recoveryWindowSeconds', 30, 0.05, 3600),
    },
    unacknowledgedFailure: read.oneOf('unacknowledgedFailure', ['ignore', 'close'], 'ignore'),
    events,
    receiver: readReceiver(read, { hasKey: accessKey !== undefined }),
    limits: readLimits(read),
    logStart: read.boolean('logStart', true),
    warnings,
  };
  if (read.problems.length > 0) throw new WebPubSubConfigurationError(read.problems);
  return configuration;
}

const KNOWN_OPTIONS: readonly (keyof WebPubSubModuleOptions)[] = [
  ...SERVICE_OPTIONS,
  'connectionString',
  'accessKey',
  'secondaryAccessKey',
  'endpoint',
  'hubs',
  'hubDefaults',
  'rest',
  'websocket',
  'unacknowledgedFailure',
  'events',
  'receiver',
  'limits',
  'logStart',
];

function readConnectionString(
  read: OptionReader,
): ReturnType<typeof parseConnectionString> | undefined {
  const text = read.secret('connectionString');
  if (text === undefined) return undefined;
  try {
    return parseConnectionString(text);
  } catch (error) {
    if (!(error instanceof ConnectionStringError)) throw error;
    read.report({
      path: 'connectionString',
      got: error.problems.join(' '),
      expected: 'Endpoint=https://<host>;AccessKey=<key>;Version=1.0;',
      fix: 'Copy it whole, from the log of `web-pubsub serve` or from the keys of the service.',
    });
    return undefined;
  }
}

/** The published keys and short ones are for development only. */
function checkKey(
  read: OptionReader,
  path: string,
  key: string | undefined,
  isProduction: boolean,
  warnings: string[],
): void {
  if (key === undefined) return;
  const weakness = isWellKnownAccessKey(key)
    ? 'a key that the official emulators publish'
    : Buffer.byteLength(key) < MIN_ACCESS_KEY_BYTES
      ? `a key of ${Buffer.byteLength(key)} bytes`
      : undefined;
  if (weakness === undefined) return;
  if (isProduction) {
    read.report({
      path,
      got: weakness,
      expected: `at least ${MIN_ACCESS_KEY_BYTES} secret bytes when NODE_ENV is production`,
      fix: 'Make one with `openssl rand -base64 48` and keep it out of the code.',
    });
  } else {
    warnings.push(`The option ${path} is ${weakness}: refused when NODE_ENV is production.`);
  }
}

function readHubs(
  read: OptionReader,
  context: { readonly canResolveSecrets: boolean },
): ReadonlyMap<string, HubConfiguration> {
  const value = read.value('hubs') ?? [];
  const isList = Array.isArray(value);
  if (typeof value !== 'object') {
    read.report({
      path: 'hubs',
      got: read.show(value),
      expected:
        "a list of hub names, or an object such as { chat: { anonymousConnectPolicy: 'allow' } }",
      fix: "For one hub write ['chat'].",
    });
    return new Map();
  }
  const names: unknown[] = isList ? value : Object.keys(value);
  const hubs = new Map<string, HubConfiguration>();
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string' || !isHubName(name)) {
      read.report({
        path: isList ? `hubs[${index}]` : 'hubs',
        got: read.show(name),
        expected: 'a letter, then up to 127 of letters, digits and _ ` , . [ ]',
        fix: 'Rename the hub; letter case does not matter.',
      });
    } else {
      const options = isList ? {} : (value as Record<string, unknown>)[name];
      hubs.set(
        normalizeHubName(name),
        readHub(name, read.section(`hubs.${name}`, options), context),
      );
    }
  }
  return hubs;
}

function readHub(
  name: string,
  hub: OptionReader,
  context: { readonly canResolveSecrets: boolean },
): HubConfiguration {
  hub.refuseUnknown('', [...CLIENT_OPTIONS, ...HUB_EVENT_OPTIONS]);
  return { name, ...readClientSettings(hub), events: readHubEvents(hub, context) };
}

const CLIENT_OPTIONS = ['anonymousConnectPolicy', 'slowConsumerPolicy', 'conflationKey'] as const;

function readHubDefaults(hub: OptionReader): ClientSettings {
  hub.refuseUnknown('', CLIENT_OPTIONS);
  return readClientSettings(hub);
}

function readClientSettings(hub: OptionReader): ClientSettings {
  return {
    anonymousConnectPolicy: hub.oneOf('anonymousConnectPolicy', ['allow', 'deny'], 'deny'),
    slowConsumerPolicy: readSlowConsumerPolicy(hub),
  };
}

function readSlowConsumerPolicy(hub: OptionReader): SlowConsumerPolicy {
  const kind = hub.oneOf('slowConsumerPolicy', ['close', 'drop-oldest', 'conflate'], 'close');
  const key = hub.text('conflationKey');
  if (kind === 'conflate') {
    if (key === undefined || key === '') {
      hub.report({
        path: 'conflationKey',
        got: key === undefined ? 'nothing' : 'an empty text',
        expected: "the name of a metadata, with slowConsumerPolicy 'conflate'",
        fix: "For example conflationKey: 'symbol'",
      });
    }
    return { kind, key: key?.toLowerCase() ?? '' };
  }
  if (key !== undefined) {
    hub.report({
      path: 'conflationKey',
      got: hub.show(key),
      expected: `nothing with slowConsumerPolicy '${kind}'`,
      fix: "Remove it, or set slowConsumerPolicy: 'conflate'.",
    });
  }
  return { kind };
}

function readLimits(read: OptionReader): Readonly<WebPubSubLimits> {
  const defaults: WebPubSubLimits = { ...DEFAULT_LIMITS, messageBytes: MAX_MESSAGE_BYTES };
  const names = Object.keys(defaults) as (keyof WebPubSubLimits)[];
  read.refuseUnknown('limits', names);
  const limits = { ...defaults };
  for (const name of names) limits[name] = read.count(`limits.${name}`, defaults[name]);
  return limits;
}
