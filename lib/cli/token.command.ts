import { AccessKeys } from '../auth/access-key.js';
import { parseConnectionString } from '../auth/connection-string.js';
import { ClientTokens } from '../drivers/embedded/client-tokens.js';
import { ServiceEndpoint } from '../drivers/embedded/service-endpoint.js';
import { isHubName, normalizeHubName } from '../engine/names.js';
import { parseOptions, parseWholeNumber } from './arguments.js';
import type { CliContext } from './cli.js';
import { UsageError } from './usage.error.js';

const INT32_MAX = 2_147_483_647;

/** `web-pubsub token`: a client URL, made without asking the service. */
export async function printToken(args: readonly string[], context: CliContext): Promise<void> {
  const options = parseOptions(args, {
    'connection-string': { type: 'string' },
    endpoint: { type: 'string' },
    'access-key': { type: 'string' },
    hub: { type: 'string' },
    user: { type: 'string' },
    role: { type: 'string', multiple: true },
    group: { type: 'string', multiple: true },
    minutes: { type: 'string' },
  });
  const { hub } = options;
  if (hub === undefined || !isHubName(hub)) {
    throw new UsageError(
      '--hub is needed: a letter, then letters, digits and _, at most 128 characters.',
    );
  }
  const { endpoint, accessKey } = signer(options, context.environment);
  const tokens = new ClientTokens(
    new AccessKeys(accessKey),
    new ServiceEndpoint(endpoint),
    Date.now,
  );
  const { url } = tokens.create(normalizeHubName(hub), {
    userId: options.user,
    roles: options.role,
    groups: options.group,
    expirationTimeInMinutes:
      options.minutes === undefined
        ? undefined
        : parseWholeNumber('--minutes', options.minutes, { least: 1, most: INT32_MAX }),
  });
  context.print(url);
}

interface SignerOptions {
  readonly 'connection-string'?: string;
  readonly endpoint?: string;
  readonly 'access-key'?: string;
}

/** What the token is signed with and made for; the command line wins over the environment. */
function signer(
  options: SignerOptions,
  environment: CliContext['environment'],
): { readonly endpoint: string; readonly accessKey: string } {
  const text = options['connection-string'] ?? environment['WEB_PUBSUB_CONNECTION_STRING'];
  if (text !== undefined) return parseConnectionString(text);
  const accessKey = options['access-key'] ?? environment['WEB_PUBSUB_ACCESS_KEY'];
  if (accessKey === undefined) {
    throw new UsageError('--connection-string or --access-key is needed.');
  }
  const endpoint =
    options.endpoint ?? environment['WEB_PUBSUB_ENDPOINT'] ?? 'http://127.0.0.1:8080';
  if (!URL.canParse(endpoint)) throw new UsageError(`--endpoint '${endpoint}' is not a URL.`);
  return { endpoint, accessKey };
}
