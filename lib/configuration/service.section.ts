import type { EntraOptions } from '../auth/entra.options.js';
import { isAzureEndpoint } from '../drivers/azure/azure-endpoint.js';
import type { AzureOptions } from '../drivers/azure/azure.options.js';
import type { OptionReader } from './option.reader.js';

/** Where hubs live, and what is particular to that place. */
export interface ServiceConfiguration {
  readonly driver: 'embedded' | 'azure';
  /** With `azure` only. */
  readonly azure: AzureOptions;
  /** With `embedded`: refuse what the cloud service lacks. */
  readonly strictAzure: boolean;
  /** With `embedded`: callers with a Microsoft Entra token. */
  readonly entra: EntraOptions | undefined;
}

interface Known {
  readonly endpoint: string | undefined;
  readonly accessKey: string | undefined;
  readonly isProduction: boolean;
}

/** Names of the options that only one of the drivers has. */
export const SERVICE_OPTIONS = ['driver', 'azure', 'strictAzure', 'entra'] as const;

/** What is served by the cloud service and not by this application. */
const CLOUD_ONLY = {
  rest: 'The cloud service serves it.',
  websocket: 'Clients connect to the cloud service.',
  hubDefaults: 'Set it in the settings of the hub, in the Azure portal.',
  unacknowledgedFailure: 'The cloud service decides it.',
  events: 'Event handlers of the cloud service are set in the Azure portal.',
  strictAzure: 'The cloud service lacks them by itself.',
  entra: 'The cloud service checks its callers.',
} as const;

/** Reads which service is used, and refuses what that service cannot do. */
export function readService(read: OptionReader, known: Known): ServiceConfiguration {
  const { endpoint } = known;
  const fallback = endpoint !== undefined && isAzureEndpoint(endpoint) ? 'azure' : 'embedded';
  const driver = read.oneOf('driver', ['embedded', 'azure'], fallback);
  const azure = readAzure(read.section('azure'));
  if (driver === 'azure') {
    requireAddress(read, azure, known);
    refuseCloudOnly(read);
  } else if (read.value('azure') !== undefined) {
    read.report({
      path: 'azure',
      got: 'settings',
      expected: 'none with the embedded driver',
      fix: "Set driver: 'azure', or remove them.",
    });
  }
  return {
    driver,
    azure,
    strictAzure: read.boolean('strictAzure', false),
    entra: readEntra(read, known.isProduction),
  };
}

function readAzure(read: OptionReader): AzureOptions {
  read.refuseUnknown('', [
    'credential',
    'reverseProxyEndpoint',
    'proxy',
    'apiVersion',
    'timeoutSeconds',
    'maxRetries',
  ]);
  const credential = read.value('credential');
  if (credential !== undefined && typeof Object(credential).getToken !== 'function') {
    read.report({
      path: 'credential',
      got: `a ${typeof credential}`,
      expected: 'an object with getToken()',
      fix: 'For example new DefaultAzureCredential() of @azure/identity.',
    });
  }
  const timeout = read.value('timeoutSeconds');
  const retries = read.value('maxRetries');
  return {
    credential: credential as AzureOptions['credential'],
    reverseProxyEndpoint: read.httpUrl('reverseProxyEndpoint'),
    proxy: readProxy(read),
    apiVersion: read.text('apiVersion'),
    ...(timeout !== undefined && {
      timeoutSeconds: read.milliseconds('timeoutSeconds', 60, 0.05, 3600) / 1000,
    }),
    ...(retries !== undefined && { maxRetries: retries === 0 ? 0 : read.count('maxRetries', 3) }),
  };
}

function readProxy(read: OptionReader): AzureOptions['proxy'] {
  if (read.value('proxy') === undefined) return undefined;
  const proxy = read.section('proxy');
  proxy.refuseUnknown('', ['host', 'port', 'username', 'password']);
  const host = proxy.text('host');
  if (!host) {
    const fix = "For example { host: 'proxy.example.com', port: 3128 }";
    proxy.report({ path: 'host', got: proxy.show(host), expected: 'a host name', fix });
  }
  return {
    host: host ?? '',
    port: proxy.count('port', 80),
    username: proxy.secret('username'),
    password: proxy.secret('password'),
  };
}

function requireAddress(read: OptionReader, { credential }: AzureOptions, known: Known): void {
  if (known.endpoint !== undefined && (credential ?? known.accessKey) !== undefined) return;
  read.report({
    path: 'connectionString',
    got: known.endpoint === undefined ? 'no endpoint' : 'no key and no credential',
    expected: 'the connection string of the service, or endpoint and azure.credential',
    fix: 'Copy it from the keys of the service in the Azure portal.',
  });
}

function refuseCloudOnly(read: OptionReader): void {
  for (const [path, reason] of Object.entries(CLOUD_ONLY)) {
    const value = read.value(path);
    if (value === undefined || value === false) continue;
    const expected = "nothing with driver: 'azure'";
    read.report({ path, got: 'a setting', expected, fix: `${reason} Remove it.` });
  }
  for (const [hub, settings] of Object.entries(Object(read.value('hubs')) as object)) {
    for (const name of Object.keys(Object(settings) as object)) {
      if (typeof settings !== 'object') continue;
      const fix = 'Set it in the settings of the hub, in the Azure portal.';
      const expected = "nothing with driver: 'azure'";
      read.report({ path: `hubs.${hub}.${name}`, got: 'a setting', expected, fix });
    }
  }
}

function readEntra(read: OptionReader, isProduction: boolean): EntraOptions | undefined {
  if (read.value('entra') === undefined) return undefined;
  const entra = read.section('entra');
  entra.refuseUnknown('', [
    'mode',
    'issuer',
    'audience',
    'jwksUri',
    'tenantId',
    'jwks',
    'actionsOf',
  ]);
  const mode = entra.oneOf('mode', ['jwks', 'trust-for-development'], 'jwks');
  if (mode === 'trust-for-development' && isProduction) {
    entra.report({
      path: 'mode',
      got: `'${mode}'`,
      expected: "'jwks' when NODE_ENV is production",
      fix: 'Name the tenant whose callers you trust in tenantId.',
    });
  }
  const given = read.value('entra') as EntraOptions;
  const places = [given.tenantId, given.jwksUri, given.jwks, given.issuer];
  if (mode === 'jwks' && places.every((place) => place === undefined)) {
    entra.report({
      path: 'tenantId',
      got: 'nothing',
      expected: 'the id of a tenant, or issuer and jwksUri',
      fix: 'Nobody is trusted without it.',
    });
  }
  return { ...given, mode, actionsOf: entra.callback('actionsOf') as EntraOptions['actionsOf'] };
}
