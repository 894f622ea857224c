import {
  ConnectionStringError,
  formatConnectionString,
  maskConnectionString,
  parseConnectionString,
} from '../../../lib/auth/connection-string.js';

const KEY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH';
const ENDPOINT = 'https://demo.example.com/';

function problemsOf(text: string): readonly string[] {
  try {
    parseConnectionString(text);
  } catch (error) {
    if (error instanceof ConnectionStringError) return error.problems;
    throw error;
  }
  return [];
}

describe('parseConnectionString (rest.md 7.1)', () => {
  it.each([
    ['the example', `Endpoint=https://demo.example.com;AccessKey=${KEY};Version=1.0;`],
    ['no semicolon at the end', `Endpoint=https://demo.example.com;AccessKey=${KEY}`],
    ['a slash behind the host', `Endpoint=https://demo.example.com/;AccessKey=${KEY}`],
    ['another order', `Version=1.0;AccessKey=${KEY};Endpoint=https://demo.example.com`],
    ['names in any case', `ENDPOINT=https://demo.example.com;accesskey=${KEY};vErSiOn=1.0`],
    ['spaces and line breaks', ` Endpoint = https://demo.example.com ;\n AccessKey = ${KEY} \n;`],
    ['parts without an equals sign', `;;x;Endpoint=https://demo.example.com;AccessKey=${KEY};y`],
    [
      'unknown names',
      `Endpoint=https://demo.example.com;AccessKey=${KEY};AuthType=key;__proto__=1`,
    ],
    ['the last of repeated names', `Endpoint=x;AccessKey=y;AccessKey=${KEY};endpoint=${ENDPOINT}`],
    ['no scheme', `Endpoint=demo.example.com;AccessKey=${KEY}`],
    ['a scheme and host in capitals', `Endpoint=HTTPS://DEMO.example.com;AccessKey=${KEY}`],
    ['the port of the scheme', `Endpoint=https://demo.example.com:443;AccessKey=${KEY}`],
    ['any version', `Endpoint=https://demo.example.com;AccessKey=${KEY};Version=banana`],
  ])('reads %s', (_what, text) => {
    expect(parseConnectionString(text)).toEqual({ endpoint: ENDPOINT, accessKey: KEY });
  });

  it.each([
    ['http', 'Endpoint=http://localhost', 'http://localhost/'],
    ['a port in the URL', 'Endpoint=http://localhost:8080', 'http://localhost:8080/'],
    ['a port of its own', 'Endpoint=http://localhost;Port=8888', 'http://localhost:8888/'],
    [
      'a port of its own that wins',
      'Port=8888;Endpoint=http://localhost:8080',
      'http://localhost:8888/',
    ],
    [
      'a port of its own that the scheme implies',
      'Endpoint=http://localhost:8080;Port=80',
      'http://localhost/',
    ],
    ['a host and port without scheme', 'Endpoint=localhost:8080', 'https://localhost:8080/'],
    [
      'a host that begins with http',
      'Endpoint=httpbin.example.com',
      'https://httpbin.example.com/',
    ],
    ['a path', 'Endpoint=https://proxy.example.com/pubsub', 'https://proxy.example.com/pubsub/'],
    [
      'a path with slash',
      'Endpoint=https://proxy.example.com/pubsub/',
      'https://proxy.example.com/pubsub/',
    ],
    ['an IPv6 address', 'Endpoint=http://[::1]:8080', 'http://[::1]:8080/'],
  ])('normalises %s', (_what, text, endpoint) => {
    expect(parseConnectionString(`${text};AccessKey=${KEY}`).endpoint).toBe(endpoint);
  });

  it.each([
    ['equals signs at the end', 'abc=='],
    ['equals signs inside', 'a=b=c'],
    ['a short key', 'k'],
    ['a space inside', 'a b'],
  ])('keeps a key with %s', (_what, accessKey) => {
    expect(parseConnectionString(`Endpoint=${ENDPOINT};AccessKey=${accessKey}`)).toEqual({
      endpoint: ENDPOINT,
      accessKey,
    });
  });

  const missing = 'Endpoint is missing.';
  const missingKey = 'AccessKey is missing.';
  const badUrl = 'Endpoint must be an http or https URL without user, query or fragment.';
  const badPort = 'Port must be a whole number from 1 to 65535.';

  it.each([
    ['nothing', '', [missing, missingKey]],
    ['a bare key', KEY, [missing, missingKey]],
    ['no endpoint', `AccessKey=${KEY};Version=1.0;`, [missing]],
    ['no access key', `Endpoint=${ENDPOINT};Version=1.0;`, [missingKey]],
    ['an empty endpoint', `Endpoint=;AccessKey=${KEY}`, [missing]],
    ['an empty access key', `Endpoint=${ENDPOINT};AccessKey=;`, [missingKey]],
    ['an access key of spaces', `Endpoint=${ENDPOINT};AccessKey=  ;`, [missingKey]],
    ['an empty value that wins', `Endpoint=${ENDPOINT};AccessKey=${KEY};AccessKey=`, [missingKey]],
    ['another scheme', `Endpoint=wss://demo.example.com;AccessKey=${KEY}`, [badUrl]],
    ['a scheme without host', `Endpoint=https://;AccessKey=${KEY}`, [badUrl]],
    ['a host with a space', `Endpoint=https://a b;AccessKey=${KEY}`, [badUrl]],
    ['a user', `Endpoint=https://user@demo.example.com;AccessKey=${KEY}`, [badUrl]],
    ['a password', `Endpoint=https://:pw@demo.example.com;AccessKey=${KEY}`, [badUrl]],
    ['a query', `Endpoint=https://demo.example.com?a=b;AccessKey=${KEY}`, [badUrl]],
    ['a fragment', `Endpoint=https://demo.example.com#a;AccessKey=${KEY}`, [badUrl]],
    ['an empty port', `Endpoint=${ENDPOINT};AccessKey=${KEY};Port=`, [badPort]],
    ['port zero', `Endpoint=${ENDPOINT};AccessKey=${KEY};Port=0`, [badPort]],
    ['a port too high', `Endpoint=${ENDPOINT};AccessKey=${KEY};Port=65536`, [badPort]],
    ['a port that is no number', `Endpoint=${ENDPOINT};AccessKey=${KEY};Port=80a`, [badPort]],
    ['a negative port', `Endpoint=${ENDPOINT};AccessKey=${KEY};Port=-1`, [badPort]],
    ['all at once', 'Endpoint=ftp://x;Port=x', [badPort, badUrl, missingKey]],
  ])('refuses %s', (_what, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('names all problems and the right form, but never the key', () => {
    const parse = () => parseConnectionString(`Endpoint=ftp://x;AccessKey=${KEY};Port=x`);
    expect(parse).toThrow(
      `The connection string cannot be used. ${badPort} ${badUrl} ` +
        'Expected: Endpoint=https://<host>;AccessKey=<key>;Version=1.0;',
    );
    expect(parse).not.toThrow(KEY);
  });
});

describe('formatConnectionString', () => {
  it('writes the form that the service shows', () => {
    expect(formatConnectionString({ endpoint: ENDPOINT, accessKey: KEY })).toBe(
      `Endpoint=https://demo.example.com;AccessKey=${KEY};Version=1.0;`,
    );
  });

  it.each([
    { endpoint: 'http://localhost:8080/', accessKey: 'abc==' },
    { endpoint: 'https://proxy.example.com/pubsub/', accessKey: 'a=b c' },
    { endpoint: 'http://[::1]:8080/', accessKey: KEY },
  ])('is read back unchanged: $endpoint', (value) => {
    expect(parseConnectionString(formatConnectionString(value))).toEqual(value);
  });

  it('takes an endpoint without slash', () => {
    expect(formatConnectionString({ endpoint: 'http://localhost:8080', accessKey: KEY })).toBe(
      `Endpoint=http://localhost:8080;AccessKey=${KEY};Version=1.0;`,
    );
  });

  it.each([
    ['a semicolon in the key', { endpoint: ENDPOINT, accessKey: 'a;b' }],
    ['a space at the end of the key', { endpoint: ENDPOINT, accessKey: 'a ' }],
    ['an empty key', { endpoint: ENDPOINT, accessKey: '' }],
    ['a semicolon in the endpoint', { endpoint: `${ENDPOINT}a;b/`, accessKey: KEY }],
    ['an empty endpoint', { endpoint: '', accessKey: KEY }],
  ])('refuses %s', (_what, value) => {
    expect(() => formatConnectionString(value)).toThrow(ConnectionStringError);
  });
});

describe('maskConnectionString', () => {
  it.each([
    [
      `Endpoint=${ENDPOINT};AccessKey=${KEY};Version=1.0;`,
      `Endpoint=${ENDPOINT};AccessKey=ABCD…;Version=1.0;`,
    ],
    [`endpoint=x; ACCESSKEY = ${KEY}`, 'endpoint=x;ACCESSKEY=ABCD…'],
    [`AccessKey=${KEY};AccessKey=another-key-that-is-long`, 'AccessKey=ABCD…;AccessKey=anot…'],
    [
      'Endpoint=http://localhost;Port=8080;AccessKey=',
      'Endpoint=http://localhost;Port=8080;AccessKey=…',
    ],
    ['', ''],
  ])('masks %s', (text, masked) => {
    expect(maskConnectionString(text)).toBe(masked);
  });

  it.each([
    ['a short key', 'Endpoint=https://h;AccessKey=hunter2;', 'Endpoint=https://h;AccessKey=…;'],
    ['a bare key', KEY, '…'],
    ['a bare key with padding', 'abcdefgh==', '…'],
    ['a misspelt name', `AcessKey=${KEY}`, '…'],
    ['a key cut by a semicolon', 'AccessKey=ABCDEFGHIJKLMNOPQ;RSTUVWXYZ', 'AccessKey=ABCD…;…'],
    ['a password in the endpoint', 'Endpoint=https://user:pw@h', '…'],
    ['a forgotten semicolon', `Endpoint=https://h AccessKey=${KEY}`, '…'],
    ['a forgotten semicolon behind the version', `Version=1.0AccessKey=${KEY}`, '…'],
  ])('does not show %s', (_what, text, masked) => {
    expect(maskConnectionString(text)).toBe(masked);
  });
});
