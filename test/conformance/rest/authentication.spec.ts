import jwt from 'jsonwebtoken';
import { AccessKeys } from 'nestjs-web-pubsub';
import { ACCESS_KEY, SECONDARY_ACCESS_KEY } from '../../support/keys.js';
import { SURFACES } from '../../support/platforms.js';
import {
  clientToken,
  nowInSeconds,
  restToken,
  signToken,
  type TokenClaims,
} from '../../support/tokens.js';
import { done, PRESENT, UNAUTHORIZED } from './answers.js';
import { useScene } from './scene.js';

const OTHER_KEY = 'another-key-0123456789-abcdefghijklmnopqrstuvwxyz';
const MINUTE = 60;
const HOUR = 60 * MINUTE;

interface TokenCase {
  readonly id: string;
  readonly what: string;
  /** Whether it opens the URL. */
  readonly opens: boolean;
  readonly token: (url: string) => string;
}

const withoutQuery = (url: string): string => url.replace(/\?.*$/, '');
const withScheme = (scheme: string, url: string): string => url.replace(/^http/, scheme);

const TOKENS: readonly TokenCase[] = [
  { id: 'B4', what: 'that is none', opens: false, token: () => 'not.a.jwt' },
  {
    id: 'B5',
    what: 'signed with another key',
    opens: false,
    token: (url) => restToken(url, {}, OTHER_KEY),
  },
  {
    id: 'B6',
    what: 'that expired an hour ago',
    opens: false,
    token: (url) => restToken(url, { exp: nowInSeconds() - HOUR }),
  },
  {
    id: 'B7',
    what: 'that expired two minutes ago',
    opens: true,
    token: (url) => restToken(url, { exp: nowInSeconds() - 2 * MINUTE }),
  },
  {
    id: 'B8',
    what: 'that never expires',
    opens: false,
    token: (url) => restToken(url, { exp: undefined }),
  },
  {
    id: 'B9',
    what: 'that is not valid for an hour yet',
    opens: false,
    token: (url) => restToken(url, { nbf: nowInSeconds() + HOUR, exp: nowInSeconds() + 2 * HOUR }),
  },
  {
    id: 'B10',
    what: 'with alg none',
    opens: false,
    token: (url) => jwt.sign({ aud: url, exp: nowInSeconds() + HOUR }, null, { algorithm: 'none' }),
  },
  {
    id: 'B11',
    what: 'for the URL without its query',
    opens: true,
    token: (url) => restToken(withoutQuery(url)),
  },
  { id: 'B12', what: 'for the URL with its query', opens: true, token: (url) => restToken(url) },
  {
    id: 'B13',
    what: 'for a longer path',
    opens: true,
    token: (url) => restToken(`${withoutQuery(url)}/child`),
  },
  {
    id: 'B14',
    what: 'for a longer name',
    opens: false,
    token: (url) => restToken(`${withoutQuery(url)}Suffix`),
  },
  {
    id: 'B15',
    what: 'for another hub',
    opens: false,
    token: (url) => restToken(url.replace('/hubs/chat/', '/hubs/other/')),
  },
  {
    id: 'B16',
    what: 'for the URL with wss',
    opens: true,
    token: (url) => restToken(withScheme('wss', url)),
  },
  {
    id: 'B16',
    what: 'for the URL with ftp',
    opens: false,
    token: (url) => restToken(withScheme('ftp', url)),
  },
  {
    id: 'B17',
    what: 'signed with the secondary key',
    opens: true,
    token: (url) => restToken(url, {}, SECONDARY_ACCESS_KEY),
  },
  {
    id: 'B18',
    what: 'for several URLs, one of them this',
    opens: true,
    token: (url) => restToken(url, { aud: ['https://x.example/', url] }),
  },
  {
    // The vector of the case ended in 2025, so that `exp` would refuse it: this one lives.
    id: 'B19',
    what: 'of a client',
    opens: false,
    token: (url) =>
      clientToken(new URL(url).origin, 'chat', { sub: 'u1', role: ['webpubsub.sendToGroup'] }),
  },
  {
    id: 'B20',
    what: 'of Entra ID',
    opens: false,
    token: () => restToken('https://webpubsub.azure.com'),
  },
  {
    id: 'B30',
    what: 'signed with the decoded key',
    opens: false,
    token: (url) => restToken(url, {}, Buffer.from(ACCESS_KEY, 'base64')),
  },
  // The table of 7.3.
  {
    id: '7.3',
    what: 'for another query',
    opens: true,
    token: (url) => restToken(`${withoutQuery(url)}?reason=bye`),
  },
  {
    id: '7.3',
    what: 'for the URL with a slash behind',
    opens: true,
    token: (url) => restToken(`${withoutQuery(url)}/`),
  },
  {
    id: '7.3',
    what: 'for an encoded query',
    opens: false,
    token: (url) => restToken(`${withoutQuery(url)}%253Fquery`),
  },
  {
    id: '7.3',
    what: 'for the hub only',
    opens: false,
    token: (url) => restToken(url.replace(/(\/hubs\/chat).*/, '$1')),
  },
  {
    id: '7.3',
    what: 'for another host',
    opens: false,
    token: (url) => restToken(url.replace('127.0.0.1', 'demo.example.com')),
  },
  {
    id: '7.3',
    what: 'for another port',
    opens: false,
    token: (url) => restToken(url.replace(/:\d+/, ':1')),
  },
  {
    id: '7.3',
    what: 'for the URL in upper case',
    opens: true,
    token: (url) => restToken(url.toUpperCase()),
  },
  {
    id: '7.2',
    what: 'without an audience',
    opens: false,
    token: () => signToken({ exp: nowInSeconds() + HOUR }),
  },
  { id: '7.3', what: 'that is empty', opens: false, token: () => '' },
];

const PATH = '/connections/{c1}';

describe.each(SURFACES)('authentication on %s', (platform) => {
  const scene = useScene(platform, { module: { secondaryAccessKey: SECONDARY_ACCESS_KEY } });
  const url = (operation: string): string => scene().rest.url(scene().target(operation));

  it.each([
    { id: 'B1', what: 'no Authorization', headers: {} },
    { id: 'B2', what: 'another scheme', headers: { authorization: 'Basic abc' } },
  ])('$id refuses a request with $what', async ({ headers }) => {
    await scene().cast({ J1: {} });
    const answer = await scene().call('HEAD', PATH, { token: null, headers });
    expect(answer).toMatchObject(UNAUTHORIZED);
  });

  it('B3 reads the scheme in any case', async () => {
    await scene().cast({ J1: {} });
    const headers = { authorization: `bearer ${restToken(url(PATH))}` };
    expect(await scene().call('HEAD', PATH, { token: null, headers })).toEqual(PRESENT);
  });

  it.each(TOKENS.filter(({ opens }) => opens))('$id takes a token $what', async ({ token }) => {
    await scene().cast({ J1: {} });
    expect(await scene().call('HEAD', PATH, { token: token(url(PATH)) })).toEqual(PRESENT);
  });

  it.each(TOKENS.filter(({ opens }) => !opens))('$id refuses a token $what', async ({ token }) => {
    const { J1 } = await scene().cast({ J1: {} });
    // A refusal has no effect, whatever was asked (7.4).
    for (const [method, path] of [
      ['HEAD', PATH],
      ['DELETE', PATH],
      ['POST', '/:send'],
    ] as const) {
      const answer = await scene().call(method, path, { token: token(url(path)) });
      expect(answer).toMatchObject(UNAUTHORIZED);
    }
    expect(await scene().heard(J1)).toEqual([]);
  });

  it('7.3 takes a token for the URL as it is written, whatever stands in it', async () => {
    // Decoded as a whole the audience names `room/part`, decoded by segment the path does not.
    const operation = '/api/hubs/a%5B1%5D/groups/room%2Fpart/:send';
    expect(await scene().call('POST', operation)).toEqual(done(202));
  });

  it('B17 refuses the secondary key from the moment it is exchanged', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const call = { token: restToken(url(PATH), {}, SECONDARY_ACCESS_KEY) };
    expect(await scene().call('HEAD', PATH, call)).toEqual(PRESENT);

    const keys = scene().stage.host.app.get(AccessKeys, { strict: false });
    keys.replace(ACCESS_KEY, OTHER_KEY);
    try {
      expect(await scene().call('HEAD', PATH, call)).toMatchObject(UNAUTHORIZED);
      await J1.expectQuiet();
    } finally {
      keys.replace(ACCESS_KEY, SECONDARY_ACCESS_KEY);
    }
  });
});

describe.each(SURFACES)('authentication behind a proxy on %s', (platform) => {
  const scene = useScene(platform, {
    module: { endpoint: 'https://demo.example.com', rest: { trustForwardedHost: true } },
  });

  it.each([
    { what: 'the configured endpoint', host: 'https://demo.example.com', headers: {} },
    {
      what: 'the host that the proxy tells',
      host: 'https://public.example.com:8443',
      headers: { 'x-forwarded-host': 'public.example.com:8443' },
    },
  ])('7.3 takes a token for $what', async ({ host, headers }) => {
    const call = { headers, token: restToken(host + scene().target('/:send')) };
    expect(await scene().call('POST', '/:send', call)).toEqual(done(202));
  });

  it('7.3 refuses a token for another host', async () => {
    const token = restToken(`https://other.example.com${scene().target('/:send')}`);
    const headers = { 'x-forwarded-host': 'public.example.com' };
    const answer = await scene().call('POST', '/:send', { headers, token });
    expect(answer).toMatchObject(UNAUTHORIZED);
  });
});

function handshake(accessToken: string): string {
  return `/client/hubs/chat?access_token=${accessToken}`;
}

describe.each(SURFACES)('authentication of clients on %s', (platform) => {
  const scene = useScene(platform, { module: { secondaryAccessKey: SECONDARY_ACCESS_KEY } });
  const token = (claims: TokenClaims = {}, key: string | Buffer = ACCESS_KEY): string =>
    clientToken(scene().stage.url, 'chat', { sub: 'user1', ...claims }, key);

  it.each([
    { key: 'primary', value: ACCESS_KEY },
    { key: 'secondary', value: SECONDARY_ACCESS_KEY },
  ])('B24 takes a token in the query, signed with the $key key', async ({ value }) => {
    expect((await scene().stage.upgrade(handshake(token({}, value)))).status).toBe(101);
  });

  it.each(['/client/hubs/chat', '/client/hubs/chat?access_token='])(
    'B26 takes a token from Authorization at %s',
    async (path) => {
      const headers = { Authorization: `Bearer ${token()}` };
      expect((await scene().stage.upgrade(path, headers)).status).toBe(101);
    },
  );

  it.each([
    {
      id: 'B25',
      what: 'a token for another hub',
      target: () => handshake(clientToken(scene().stage.url, 'other')),
    },
    { id: 'B27', what: 'no token', target: () => '/client/hubs/chat' },
    {
      id: 'B30',
      what: 'a token signed with the decoded key',
      target: () => handshake(token({}, Buffer.from(ACCESS_KEY, 'base64'))),
    },
    {
      id: '7.5',
      what: 'a token of the REST API',
      target: () => handshake(restToken(`${scene().stage.url}/api/hubs/chat`)),
    },
  ])('$id refuses a handshake with $what', async ({ target }) => {
    expect((await scene().stage.refusal(target())).status).toBe(401);
  });

  it('B28 refuses a handshake with a group name that is none', async () => {
    const target = handshake(token({ 'webpubsub.group': [' '] }));
    expect(await scene().stage.refusal(target)).toMatchObject({
      status: 400,
      body: 'The token contains an invalid group name.',
    });
  });

  it('B29 refuses a request that is no handshake', async () => {
    const answer = await scene().rest.call('GET', handshake(token()), { token: null });
    expect(answer.status).toBe(400);
  });
});
