import { isTrustworthy, type KeySource } from './entra.trust.js';

const TIMEOUT_MS = 5000;

/** Key sets of Entra have about ten thousand bytes. */
const MAX_BYTES = 512 * 1024;

/**
 * Fetches a key set.
 *
 * @returns whatever JSON stands there
 * @throws when there is none in time, or it is too long
 */
export async function fetchKeySet(source: Exclude<KeySource, { jwks: object }>): Promise<unknown> {
  const url = 'jwksUrl' in source ? source.jwksUrl : await jwksUrlOf(source.metadataUrl);
  return fetchJson(url);
}

async function jwksUrlOf(metadataUrl: URL): Promise<URL> {
  const metadata = await fetchJson(metadataUrl);
  const uri =
    typeof metadata === 'object' && metadata !== null && 'jwks_uri' in metadata
      ? metadata.jwks_uri
      : undefined;
  if (typeof uri === 'string' && URL.canParse(uri)) {
    const url = new URL(uri);
    if (isTrustworthy(url)) return url;
  }
  throw new Error(`The metadata at ${shown(metadataUrl)} name no key set that can be trusted.`);
}

async function fetchJson(url: URL): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${shown(url)} answered ${response.status}.`);
  }
  return JSON.parse(await boundedText(response, url));
}

async function boundedText(response: Response, url: URL): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    // Leaving the loop ends the response.
    if (length > MAX_BYTES) throw new Error(`${shown(url)} answered more than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Without the query, which may hold a secret. */
function shown({ origin, pathname }: URL): string {
  return origin + pathname;
}
