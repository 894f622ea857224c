import type { RestSurface } from './rest.surface.js';

/**
 * Asks one question of a service, so that what is wrong with all of it is said once.
 *
 * @throws {@link WebPubSubError} `ServiceUnreachable`
 * @throws Error when it is no such service, or does not take the key
 */
export async function probe({ rest, name }: RestSurface): Promise<void> {
  const { status, headers } = await rest.call('HEAD', 'api/hubs/verify/connections/nobody');
  if (status === 401 || status === 403) {
    throw new Error(
      `${name} answers ${String(status)}: it does not take this access key, or no keys at all.`,
    );
  }
  if (status === 200 || headers.has('x-ms-error-code')) return;
  throw new Error(
    `${name} answers ${String(status)} to a question of the REST API: ` +
      'there is no Web PubSub service.',
  );
}
