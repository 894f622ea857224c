import jwt from 'jsonwebtoken';
import type { Check } from '../check.interface.js';
import { CheckFailure, expectEqual, Refusal } from '../check.outcomes.js';
import { envelopeOf } from '../rest.answers.js';
import type { RestAnswer, RestRequest } from '../rest.caller.js';
import { JSON_PROTOCOL, type Scene } from '../scene.js';

type Query = NonNullable<RestRequest['query']>;

const MINUTE = 60;

/** rest.md 14.8: tokens for clients. */
export const TOKEN_CHECKS: readonly Check[] = [
  {
    id: 'M10',
    title: 'a token carries the user, the groups and the roles of a client',
    group: 'tokens',
    run: async (scene) => {
      const [userId, group] = [scene.named('ann'), scene.named('g')];
      const options = { userId, groups: [group], roles: ['webpubsub.sendToGroup.room'] };
      const client = await scene.json(options);
      expectEqual(await scene.hub.userExists(userId), true, 'the user is there');
      expectEqual(await scene.hub.groupExists(group), true, 'the group is there');
      for (const [room, expected] of [
        ['room', 'allowed'],
        ['other', 'denied'],
      ] as const) {
        const actual = await scene.hub.checkPermission('sendToGroup', client.id, room);
        expectEqual(actual, expected, `sendToGroup of ${room}`);
      }
    },
  },
  {
    id: 'M10m',
    title: 'a token lives as long as asked for, an hour by default, and may have no user',
    group: 'tokens',
    run: async ({ hub }) => {
      for (const minutes of [5, undefined]) {
        const { token } = await hub.getClientAccessToken({ expirationTimeInMinutes: minutes });
        const { life, sub } = claimsOf(token);
        expectEqual({ life, sub }, { life: (minutes ?? 60) * MINUTE, sub: undefined }, 'the token');
      }
    },
  },
  {
    id: 'H1',
    title: 'the service makes a token as it is asked to, and takes it',
    group: 'tokens',
    operations: ['GenerateClientToken'],
    isRestOnly: true,
    since: '2022-11-01',
    run: async (scene) => {
      const groups = [scene.named('g1'), scene.named('g2')];
      const userId = scene.named('ann');
      const role = 'webpubsub.sendToGroup';
      const { sub, aud, life, roles, ...claims } = claimsOf(
        await generated(scene, { userId, role, group: groups, minutesToExpire: '5' }),
      );
      const audience = `${scene.rest.endpoint}client/hubs/${scene.hubName}`;
      expectEqual(
        { sub, aud: aud.toLowerCase(), life, roles, groups: claims.groups },
        { sub: userId, aud: audience.toLowerCase(), life: 300, roles: [role], groups },
        'the claims',
      );
      const client = await scene.open(
        `${audience.replace(/^http/, 'ws')}?access_token=${claims.token}`,
        { subprotocols: [JSON_PROTOCOL] },
      );
      expectEqual((await client.hearJson())['userId'], userId, 'the user of the client');
      for (const group of groups) {
        expectEqual(await scene.hub.groupExists(group), true, `the group ${group} is there`);
      }
    },
  },
  {
    id: 'H2',
    title: 'the service makes a token for an hour and no user when nothing is asked for (H8)',
    group: 'tokens',
    operations: ['GenerateClientToken'],
    isReadOnly: true,
    isRestOnly: true,
    since: '2021-10-01',
    run: async (scene) => {
      for (const query of [{}, { userId: '' }]) {
        const { life, sub } = claimsOf(await generated(scene, query));
        expectEqual({ life, sub }, { life: 60 * MINUTE, sub: undefined }, 'the claims');
      }
    },
  },
  {
    id: 'H5',
    title: 'the service makes tokens for every kind of client, in any case',
    group: 'tokens',
    operations: ['GenerateClientToken'],
    isReadOnly: true,
    isRestOnly: true,
    since: '2024-01-01',
    run: async (scene) => {
      for (const clientType of ['Default', 'default', 'MQTT', 'mqtt']) {
        await generated(scene, { clientType });
      }
    },
  },
  {
    id: 'H3',
    title: 'what no token can have is 400 (H4, H6)',
    group: 'tokens',
    operations: ['GenerateClientToken'],
    isReadOnly: true,
    isRestOnly: true,
    since: '2024-01-01',
    run: async (scene) => {
      for (const [name, value] of [
        ['minutesToExpire', '0'],
        ['minutesToExpire', '-1'],
        ['minutesToExpire', 'no'],
        ['minutesToExpire', '2147483648'],
        ['group', ' '],
        ['clientType', 'socketio'],
      ] as const) {
        const { status, text } = await generate(scene, { [name]: value });
        const { code } = envelopeOf(text);
        const expected = { status: 400, code: 'Error.BadRequest' };
        expectEqual({ status, code }, expected, `the answer to ${name} ${value}`);
      }
    },
  },
];

interface TokenClaims {
  readonly token: string;
  readonly sub: string | undefined;
  readonly aud: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** Seconds. */
  readonly life: number;
}

/** @throws {@link Refusal} when the service makes tokens for Entra callers only */
async function generate(scene: Scene, query: Query): Promise<RestAnswer> {
  const headers = { Accept: 'application/json, text/json' };
  const answer = await scene.api('POST', ':generateToken', { query, headers });
  if (answer.status === 401) throw new Refusal('The service makes tokens for Entra callers only.');
  return answer;
}

async function generated(scene: Scene, query: Query): Promise<string> {
  const { status, text } = await generate(scene, query);
  expectEqual(status, 200, 'status');
  const { token } = JSON.parse(text) as { token?: unknown };
  if (typeof token !== 'string') throw new CheckFailure('the answer has no token');
  return token;
}

function claimsOf(token: string): TokenClaims {
  const claims = jwt.decode(token, { json: true });
  if (claims === null) throw new CheckFailure('the token is none');
  const { sub, aud, exp = 0, iat = 0 } = claims;
  return {
    token,
    sub,
    aud: String(aud),
    roles: [claims['role'] ?? []].flat(),
    groups: [claims['webpubsub.group'] ?? []].flat(),
    life: exp - iat,
  };
}
