import { PLATFORMS, type RestApplication, startRest } from './support/rest.application.js';

const V = 'api-version=2024-12-01';
const BAD_VERSION = 'api-version=1';
const NO_TOKEN = { audience: null };
const JSON_TYPE = { 'content-type': 'application/json' };

describe.each(PLATFORMS)('the order of the stages on %s (rest.md 4)', (platform) => {
  let rest: RestApplication;

  beforeAll(async () => {
    rest = await startRest(platform, { settings: { maxMessageBytes: 10 } });
  });
  beforeEach(() => rest.driver.reset());
  afterAll(() => rest.close());

  const long = 'x'.repeat(11);
  const ttl = 'messageTtlSeconds=-1';
  const metadata = { 'x-webpubsub-metadata-k': 'é' };

  it.each([
    ['1 before 3: an unknown path', 'POST', `/api/hubs/chat/:nope?${BAD_VERSION}`, NO_TOKEN, '404'],
    [
      '1 before 3: an unknown method',
      'GET',
      `/api/hubs/chat/users/u?${BAD_VERSION}`,
      NO_TOKEN,
      '405',
    ],
    ['2 before 3 and 4: health', 'HEAD', `/api/health?${BAD_VERSION}`, NO_TOKEN, '200'],
    [
      '3 before 4: a bad version',
      'POST',
      `/api/hubs/chat/:send?${BAD_VERSION}`,
      NO_TOKEN,
      '"target":"api-version"',
    ],
    ['4 before 6: no token', 'POST', `/api/hubs/-/:send?${V}`, NO_TOKEN, '401'],
    [
      '4 before 8: no token and a long body',
      'POST',
      `/api/hubs/chat/:send?${V}`,
      { ...NO_TOKEN, body: long },
      '401',
    ],
    [
      '6 before 8: a bad parameter and a long body',
      'POST',
      `/api/hubs/chat/:send?${V}&${ttl}`,
      { body: long },
      'messageTtlSeconds',
    ],
    [
      '8 before 9: a long body of a bad type',
      'POST',
      `/api/hubs/chat/:send?${V}`,
      { body: long, headers: { 'content-type': 'text/html' } },
      '400 {"code":"Error.BadRequest","message":"The request body is longer',
    ],
    [
      '9 before 10: a long chunked body of a bad type',
      'POST',
      `/api/hubs/chat/:send?${V}`,
      { body: long, headers: { 'content-type': 'text/html', 'transfer-encoding': 'chunked' } },
      '415',
    ],
    [
      '9 before 11: no JSON of a bad charset',
      'POST',
      `/api/hubs/chat/:send?${V}`,
      { body: '{', headers: { 'content-type': 'application/json; charset=nonsense' } },
      '415',
    ],
    [
      '10 before 11: a long chunked body that is no JSON',
      'POST',
      `/api/hubs/chat/:send?${V}`,
      { body: `{${long}`, headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' } },
      '400 {"code":"Error.BadRequest","message":"The request body is longer',
    ],
    [
      '11 before 12: no JSON and bad metadata',
      'POST',
      `/api/hubs/chat/:send?${V}`,
      { body: '{', headers: { ...JSON_TYPE, ...metadata } },
      'not a valid JSON',
    ],
    [
      '12 before 13: bad metadata',
      'POST',
      `/api/hubs/chat/:send?${V}`,
      { body: '{}', headers: { ...JSON_TYPE, ...metadata } },
      'Metadata value',
    ],
  ] as const)('%s', async (_, method, path, call, expected) => {
    const { status, body } = await rest.call(method, path, call);
    expect(`${status} ${body}`).toContain(expected);
    expect(rest.driver.calls).toEqual([]);
  });
});
