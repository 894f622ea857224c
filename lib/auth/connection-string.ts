/** Where a service is and the key to it. */
export interface ConnectionString {
  /** Absolute `http` or `https` URL with a slash at its end; a `Port` is folded in. */
  readonly endpoint: string;
  /** Text of the access key. A secret. */
  readonly accessKey: string;
}

/** A connection string that cannot be used; {@link ConnectionStringError.problems} names each reason. */
export class ConnectionStringError extends Error {
  /** Name of the class, for logs. */
  override readonly name = 'ConnectionStringError';

  /** @param problems one sentence each, without any part of the access key */
  constructor(readonly problems: readonly string[]) {
    super(
      `The connection string cannot be used. ${problems.join(' ')} ` +
        'Expected: Endpoint=https://<host>;AccessKey=<key>;Version=1.0;',
    );
  }
}

/**
 * Reads a connection string of the service.
 *
 * Names are matched without regard to case, unknown ones and `Version` are ignored, of a repeated
 * one the last counts, and spaces around names and values are dropped. An endpoint without a scheme
 * gets `https://`.
 *
 * @throws {@link ConnectionStringError} with all problems at once
 *
 * @example
 * ```ts
 * const { endpoint, accessKey } = parseConnectionString(process.env.WEB_PUBSUB ?? '');
 * ```
 */
export function parseConnectionString(text: string): ConnectionString {
  const values = new Map(partsOf(text).map(([name, value]) => [name.toLowerCase(), value]));
  const problems: string[] = [];
  const endpoint = readEndpoint(values.get('endpoint'), values.get('port'), problems);
  const accessKey = values.get('accesskey');
  if (!accessKey) problems.push('AccessKey is missing.');
  if (!endpoint || !accessKey || problems.length > 0) throw new ConnectionStringError(problems);
  return { endpoint, accessKey };
}

/**
 * Writes a connection string that {@link parseConnectionString} reads back unchanged.
 *
 * @throws {@link ConnectionStringError} when a value cannot stand in a connection string
 *
 * @example
 * ```ts
 * formatConnectionString({ endpoint: 'https://demo.example.com/', accessKey });
 * // 'Endpoint=https://demo.example.com;AccessKey=…;Version=1.0;'
 * ```
 */
export function formatConnectionString(value: ConnectionString): string {
  const problems: string[] = [];
  if (!canStand(value.endpoint)) problems.push('Endpoint is empty or has a semicolon or space.');
  if (!canStand(value.accessKey)) problems.push('AccessKey is empty or has a semicolon or space.');
  if (problems.length > 0) throw new ConnectionStringError(problems);
  const endpoint = value.endpoint.endsWith('/') ? value.endpoint.slice(0, -1) : value.endpoint;
  return `Endpoint=${endpoint};AccessKey=${value.accessKey};Version=1.0;`;
}

const HARMLESS_NAMES = ['endpoint', 'port', 'version'];
const SHOWN_KEY_CHARACTERS = 4;

/**
 * Makes a connection string fit for logs: of the access key at most four characters are left.
 *
 * Whatever is not a known part is left out too, for it may be a key in the wrong place.
 *
 * @example
 * ```ts
 * maskConnectionString('Endpoint=https://demo.example.com;AccessKey=ABCDEFGH…;');
 * // 'Endpoint=https://demo.example.com;AccessKey=ABCD…;'
 * ```
 */
export function maskConnectionString(text: string): string {
  return text
    .split(';')
    .map((part) => (part.trim() === '' ? '' : maskPart(part)))
    .join(';');
}

function maskPart(part: string): string {
  const [name, value] = partsOf(part)[0] ?? ['', ''];
  const known = name.toLowerCase();
  // An endpoint may carry a password in front of an @, and a forgotten semicolon the whole key.
  if (HARMLESS_NAMES.includes(known) && !/[@=]/.test(value)) return `${name}=${value}`;
  if (known !== 'accesskey') return '…';
  const shown =
    value.length >= SHOWN_KEY_CHARACTERS * 4 ? value.slice(0, SHOWN_KEY_CHARACTERS) : '';
  return `${name}=${shown}…`;
}

function partsOf(text: string): [name: string, value: string][] {
  return text.split(';').flatMap((part) => {
    const equals = part.indexOf('=');
    if (equals === -1) return [];
    return [[part.slice(0, equals).trim(), part.slice(equals + 1).trim()]];
  });
}

function readEndpoint(
  endpoint: string | undefined,
  port: string | undefined,
  problems: string[],
): string | undefined {
  if (port !== undefined && !isPort(port)) {
    problems.push('Port must be a whole number from 1 to 65535.');
  }
  if (!endpoint) {
    problems.push('Endpoint is missing.');
    return undefined;
  }
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(endpoint) ? endpoint : `https://${endpoint}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !isPlainHttp(url)) {
    problems.push('Endpoint must be an http or https URL without user, query or fragment.');
    return undefined;
  }
  if (port !== undefined) url.port = port;
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}

function isPlainHttp(url: URL): boolean {
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  return isHttp && url.username + url.password + url.search + url.hash === '';
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

function canStand(value: string): boolean {
  return value !== '' && value === value.trim() && !value.includes(';');
}

/** The endpoint of a connection string; `undefined` when there is none that can be used. */
export function endpointIn(text: string | undefined): string | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return parseConnectionString(text).endpoint;
  } catch {
    return undefined;
  }
}
