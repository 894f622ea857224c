import { PLATFORMS, startRest } from './support/rest.application.js';

const PAGE = { members: [{ connectionId: 'c1' }], continuationToken: 'c1' };
const QUERY = '?continuationToken=c1&api-version=2020-10-01';
const FORWARDED = { 'x-forwarded-host': 'public.example.com, inner', 'x-forwarded-proto': 'HTTPS' };

describe.each(PLATFORMS)('the link to the next page on %s', (platform) => {
  it.each([
    {
      what: 'keeps the address of the request',
      settings: {},
      headers: {},
      expected: /^http:\/\/127\.0\.0\.1:\d+$/,
    },
    {
      what: 'believes no proxy that it does not know',
      settings: {},
      headers: FORWARDED,
      expected: /^http:\/\/127\.0\.0\.1:\d+$/,
    },
    {
      what: 'leads through the proxy that it knows',
      settings: { trustForwardedHost: true },
      headers: FORWARDED,
      expected: /^https:\/\/public\.example\.com$/,
    },
  ])('$what', async ({ settings, headers, expected }) => {
    const rest = await startRest(platform, {
      settings,
      configure: (app) => app.setGlobalPrefix('v1'),
    });
    rest.driver.willAnswer('listConnectionsInGroup', () => PAGE);
    const path = '/v1/api/hubs/CHAT/groups/%C3%A9/connections';
    const { status, body } = await rest.call('GET', path, { headers });
    await rest.close();
    expect(status).toBe(200);
    const { nextLink } = JSON.parse(body) as { nextLink: string };
    expect(nextLink.slice(0, nextLink.indexOf('/v1'))).toMatch(expected);
    expect(nextLink.slice(nextLink.indexOf('/v1'))).toBe(path + QUERY);
  });
});
