import type { Check } from '../check.interface.js';
import { CheckFailure, expectEqual } from '../check.outcomes.js';
import type { Claims, RestAnswer, RestCaller } from '../rest.caller.js';
import { JSON_PROTOCOL, type Scene } from '../scene.js';
import { UpgradeRefused } from '../verify.client.js';

const HOUR = 3600;
const FOREIGN_KEY = 'a-key-of-nobody-that-is-long-enough-to-be-one';

/** A token for a URL that is wrong, or right in an unusual way. */
interface TokenCase {
  readonly id: string;
  readonly title: string;
  readonly status: 401 | 404;
  /** The whole `Authorization` header for a request. */
  readonly header: (rest: RestCaller, url: string) => string | null;
}

// 404 is the answer to a good token: the requests ask for a connection that is not there.
const REST_TOKENS: readonly TokenCase[] = [
  { id: 'B1', title: 'no Authorization is 401', status: 401, header: () => null },
  { id: 'B2', title: 'another scheme is 401', status: 401, header: () => 'Basic YWJj' },
  {
    id: 'B3',
    title: 'the scheme may be written in lower case',
    status: 404,
    header: (rest, url) => `bearer ${rest.sign(url)}`,
  },
  { id: 'B4', title: 'what is no token is 401', status: 401, header: () => 'Bearer not.a.jwt' },
  {
    id: 'B5',
    title: 'a token signed with another key is 401',
    status: 401,
    header: (rest, url) => `Bearer ${rest.sign(url, {}, FOREIGN_KEY)}`,
  },
  {
    id: 'B6',
    title: 'a token that expired an hour ago is 401',
    status: 401,
    header: claiming(() => ({ exp: now() - HOUR })),
  },
  {
    id: 'B8',
    title: 'a token that never expires is 401',
    status: 401,
    header: claiming(() => ({ exp: undefined })),
  },
  {
    id: 'B9',
    title: 'a token of the future is 401',
    status: 401,
    header: claiming(() => ({ nbf: now() + HOUR })),
  },
  {
    id: 'B10',
    title: 'a token without a signature is 401',
    status: 401,
    header: (_, url) => `Bearer ${unsigned({ aud: url, exp: now() + HOUR })}.`,
  },
  {
    id: 'B11',
    title: 'a token for the URL without its query is good',
    status: 404,
    header: (rest, url) => `Bearer ${rest.sign(withoutQuery(url))}`,
  },
  {
    id: 'B12',
    title: 'a token for the URL with its query is good',
    status: 404,
    header: (rest, url) => `Bearer ${rest.sign(url)}`,
  },
  {
    id: 'B13',
    title: 'a token for a longer path is good',
    status: 404,
    header: (rest, url) => `Bearer ${rest.sign(`${withoutQuery(url)}/child`)}`,
  },
  {
    id: 'B14',
    title: 'a token for a path that only begins alike is 401',
    status: 401,
    header: (rest, url) => `Bearer ${rest.sign(`${withoutQuery(url)}Suffix`)}`,
  },
  {
    id: 'B15',
    title: 'a token for another hub is 401',
    status: 401,
    header: (rest, url) => `Bearer ${rest.sign(url.replace('/api/hubs/', '/api/hubs/other'))}`,
  },
  {
    id: 'B16',
    title: 'a token with another scheme than HTTP and WebSocket is 401',
    status: 401,
    header: (rest, url) => `Bearer ${rest.sign(url.replace(/^https?/, 'ftp'))}`,
  },
  {
    id: 'B19',
    title: 'a token for clients is 401',
    status: 401,
    header: (rest) => `Bearer ${rest.sign(`${rest.endpoint}client/hubs/chat`)}`,
  },
  {
    id: 'B20',
    title: 'a token for Entra callers that the key has signed is 401',
    status: 401,
    header: (rest) => `Bearer ${rest.sign('https://webpubsub.azure.com')}`,
  },
  {
    id: 'B30',
    title: 'the key is its text: a token signed with the decoded key is 401',
    status: 401,
    header: (rest, url) => `Bearer ${rest.sign(url, {}, Buffer.from(rest.keys.primary, 'base64'))}`,
  },
];

/** What the token of a client can be, and the status of the upgrade. */
interface ClientTokenCase {
  readonly id: string;
  readonly title: string;
  readonly status: 400 | 401;
  readonly query: (rest: RestCaller, audience: string) => string;
}

const CLIENT_TOKENS: readonly ClientTokenCase[] = [
  { id: 'B27', title: 'a client without a token is 401 (H06)', status: 401, query: () => '' },
  {
    id: 'B25',
    title: 'a client with a token for another hub is 401 (H11)',
    status: 401,
    query: (rest, audience) => `?access_token=${rest.sign(`${audience}other`)}`,
  },
  {
    id: 'H07',
    title: 'a client with a token of another key is 401',
    status: 401,
    query: (rest, audience) => `?access_token=${rest.sign(audience, {}, FOREIGN_KEY)}`,
  },
  {
    id: 'H08',
    title: 'a client with a token that expired ten minutes ago is 401',
    status: 401,
    query: (rest, audience) => `?access_token=${rest.sign(audience, { exp: now() - 600 })}`,
  },
  {
    id: 'H10',
    title: 'a client with a token that never expires is 401',
    status: 401,
    query: (rest, audience) => `?access_token=${rest.sign(audience, { exp: undefined })}`,
  },
  {
    id: 'B28',
    title: 'a client with a token that names a blank group is 400 (H15)',
    status: 400,
    query: (rest, audience) => `?access_token=${rest.sign(audience, { 'webpubsub.group': [' '] })}`,
  },
];

/** rest.md 14.2: who may call, and who may connect. */
export const AUTHENTICATION_CHECKS: readonly Check[] = [
  ...REST_TOKENS.map((token): Check => {
    const { id, title, status } = token;
    return {
      id,
      title,
      group: 'authentication',
      isReadOnly: true,
      isRestOnly: true,
      run: async (scene) => {
        const { status: actual, text } = await callWith(scene, token);
        expectEqual(actual, status, 'status');
        if (status === 401) expectEqual(text, '', 'body');
      },
    };
  }),
  ...CLIENT_TOKENS.map(({ id, title, status, query }): Check => ({
    id,
    title,
    group: 'authentication',
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      const audience = `${scene.rest.endpoint}client/hubs/${scene.hubName}`;
      const url = audience.replace(/^http/, 'ws') + query(scene.rest, audience);
      await expectUpgradeRefused(scene, url, status);
    },
  })),
  {
    id: 'B26',
    title: 'a client may bring its token in the Authorization (H03)',
    group: 'authentication',
    isRestOnly: true,
    run: async (scene) => {
      const audience = `${scene.rest.endpoint}client/hubs/${scene.hubName}`;
      const client = await scene.open(audience.replace(/^http/, 'ws'), {
        subprotocols: [JSON_PROTOCOL],
        headers: { Authorization: `Bearer ${scene.rest.sign(audience)}` },
      });
      expectEqual((await client.hearJson())['event'], 'connected', 'the first frame');
    },
  },
  {
    id: 'B24',
    title: 'a client whose token was tampered with is 401, the same client with it whole is let in',
    group: 'authentication',
    run: async (scene) => {
      const { url } = await scene.hub.getClientAccessToken({ userId: scene.named('ann') });
      const [head, payload, signature = ''] = url.split('.').slice(-3);
      const forged = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
      const end = `.${String(payload)}.${signature}`;
      expectEqual(url.endsWith(end) && head !== undefined, true, 'the URL ends with a token');
      await expectUpgradeRefused(scene, `${url.slice(0, -signature.length)}${forged}`, 401);
      await scene.open(url);
    },
  },
];

async function callWith(scene: Scene, { header }: TokenCase): Promise<RestAnswer> {
  const { rest, hubName } = scene;
  // A PUT that changes nothing: other than after a HEAD, the body of a 401 would be seen.
  const url = rest.url(`api/hubs/${hubName}/permissions/sendToGroup/connections/nobody`, {
    targetName: 'g1',
  });
  return await rest.callUrl('PUT', url, { authorization: header(rest, url) });
}

async function expectUpgradeRefused(scene: Scene, url: string, status: number): Promise<void> {
  try {
    await scene.open(url, { subprotocols: [JSON_PROTOCOL] });
  } catch (error) {
    if (!(error instanceof UpgradeRefused)) throw error;
    expectEqual(error.status, status, 'status of the upgrade');
    return;
  }
  throw new CheckFailure('the client was let in');
}

function claiming(claims: () => Claims): TokenCase['header'] {
  return (rest, url) => `Bearer ${rest.sign(url, claims())}`;
}

function unsigned(claims: Claims): string {
  return [{ alg: 'none', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
}

function withoutQuery(url: string): string {
  return url.slice(0, url.indexOf('?'));
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
