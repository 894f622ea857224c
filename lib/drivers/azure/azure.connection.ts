import { ConnectionStringError, parseConnectionString } from '../../auth/connection-string.js';
import {
  WebPubSubConfigurationError,
  type ConfigurationProblem,
} from '../../errors/configuration.error.js';
import type { AzureCredential, AzureDriverOptions } from './azure.options.js';

/** Where the service is and what lets us in, after validation. */
export interface AzureConnection {
  /** Ends in a slash. */
  readonly endpoint: URL;
  /** The access key, or what gives tokens. A secret. */
  readonly access: string | AzureCredential;
  /** Where requests go instead of the endpoint. */
  readonly gateway: URL | undefined;
}

// The longest that a timer can wait.
const MAX_TIMEOUT_SECONDS = 2_147_483;

/** @throws {@link WebPubSubConfigurationError} with every problem at once */
export function resolveConnection(options: AzureDriverOptions): AzureConnection {
  const problems: ConfigurationProblem[] = [];
  const connection = readConnectionString(options.connectionString, problems);
  const endpoint = readUrl('endpoint', options.endpoint ?? connection?.endpoint, problems);
  const gateway = readUrl('reverseProxyEndpoint', options.reverseProxyEndpoint, problems);
  const access = options.credential ?? (options.accessKey || connection?.accessKey);
  if (problems.length === 0) {
    if (endpoint === undefined) problems.push(missing('endpoint', 'the URL of the service'));
    if (access === undefined) problems.push(missing('accessKey', 'an access key or a credential'));
  }
  for (const [path, url] of Object.entries({ endpoint, reverseProxyEndpoint: gateway })) {
    if (typeof access === 'object' && url?.protocol === 'http:') problems.push(unsafe(path, url));
  }
  const { timeoutSeconds } = options;
  if (timeoutSeconds !== undefined && !isTime(timeoutSeconds)) {
    problems.push({
      path: 'timeoutSeconds',
      got: String(timeoutSeconds),
      expected: `a number of seconds above 0 and up to ${String(MAX_TIMEOUT_SECONDS)}`,
      fix: 'Leave it out for no limit.',
    });
  }
  if (problems.length > 0 || endpoint === undefined || access === undefined) {
    throw new WebPubSubConfigurationError(problems);
  }
  return { endpoint, access, gateway };
}

function readConnectionString(
  text: string | undefined,
  problems: ConfigurationProblem[],
): ReturnType<typeof parseConnectionString> | undefined {
  if (text === undefined) return undefined;
  try {
    return parseConnectionString(text);
  } catch (error) {
    if (!(error instanceof ConnectionStringError)) throw error;
    problems.push({
      path: 'connectionString',
      got: 'one that cannot be used',
      expected: 'Endpoint=https://<host>;AccessKey=<key>;Version=1.0;',
      fix: error.problems.join(' '),
    });
    return undefined;
  }
}

function readUrl(
  path: string,
  text: string | undefined,
  problems: ConfigurationProblem[],
): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && isPlainHttp(url)) {
    if (!url.pathname.endsWith('/')) url.pathname += '/';
    return url;
  }
  problems.push({
    path,
    // The text may carry a password.
    got: 'something else',
    expected: 'an absolute http or https URL without user, query or fragment',
    fix: 'For example https://demo.webpubsub.azure.com',
  });
  return undefined;
}

function isTime(seconds: number): boolean {
  return seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS;
}

function isPlainHttp(url: URL): boolean {
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  return isHttp && url.username + url.password + url.search + url.hash === '';
}

function missing(path: string, expected: string): ConfigurationProblem {
  const fix =
    'The connection string on the page Keys of the resource has both; or set this option.';
  return { path, got: 'nothing', expected, fix };
}

function unsafe(path: string, url: URL): ConfigurationProblem {
  return {
    path,
    got: url.origin,
    expected: 'an https URL, because tokens of a credential are sent there',
    fix: 'Use https, or an access key.',
  };
}
