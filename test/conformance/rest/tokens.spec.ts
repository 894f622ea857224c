import jwt from 'jsonwebtoken';
import { ACCESS_KEY } from '../../support/keys.js';
import { SURFACES } from '../../support/platforms.js';
import { WireClient } from '../../support/wire.client.js';
import { invalid, SUPPORTED, type Outcome } from './answers.js';
import { useScene, type SceneCall } from './scene.js';

interface Claims {
  readonly iat: number;
  readonly exp: number;
  readonly aud: string;
}

describe.each(SURFACES)('tokens for clients on %s', (platform) => {
  const scene = useScene(platform);

  const generate = async (query = '', call?: SceneCall): Promise<Outcome> =>
    await scene().call('POST', `/:generateToken${query}`, call);

  /** The claims of the token in an answer that is one. */
  async function claimsOf(query?: string, call?: SceneCall): Promise<Claims> {
    const { body, ...answer } = await generate(query, call);
    expect(answer).toEqual({
      status: 200,
      type: 'application/json; charset=utf-8',
      versions: SUPPORTED,
    });
    const { token, ...others } = JSON.parse(body) as { token: string };
    expect(others).toEqual({});
    return jwt.verify(token, ACCESS_KEY, { algorithms: ['HS256'] }) as unknown as Claims;
  }

  it('H1 says what it was asked to say', async () => {
    const { iat, exp, ...claims } = await claimsOf(
      '?userId=u1&role=webpubsub.sendToGroup&group=g1&group=g2&minutesToExpire=5',
    );
    expect(exp - iat).toBe(300);
    expect(claims).toEqual({
      sub: 'u1',
      role: ['webpubsub.sendToGroup'],
      'webpubsub.group': ['g1', 'g2'],
      aud: `${scene().stage.url}/client/hubs/chat`,
    });
  });

  it('H1 lets a client in, into its groups', async () => {
    const { body } = await generate('?userId=u1&group=g1&group=g2');
    const { token } = JSON.parse(body) as { token: string };
    const url = `ws://127.0.0.1:${scene().stage.port}/client/hubs/chat?access_token=${token}`;
    const client = await WireClient.open(url, ['json.webpubsub.azure.v1']);
    expect(await client.hearJson()).toMatchObject({ event: 'connected', userId: 'u1' });
    for (const operation of ['/users/u1', '/groups/g1', '/groups/g2']) {
      expect(await scene().status('HEAD', operation)).toBe(200);
    }
    client.socket.terminate();
    await client.closed;
  });

  it.each([
    { id: 'H2', query: '' },
    { id: 'H7', query: '' },
    { id: 'H8', query: '?userId=' },
  ])('$id says nothing of a user at "$query"', async ({ query }) => {
    const { iat, exp, ...claims } = await claimsOf(query);
    expect(exp - iat).toBe(3600);
    expect(claims).toEqual({ aud: `${scene().stage.url}/client/hubs/chat` });
  });

  it.each(['0', '-1', 'no', '2147483648', '1.5'])('H3 refuses %s minutes', async (minutes) => {
    expect(await generate(`?minutesToExpire=${minutes}`)).toEqual(invalid('minutesToExpire'));
  });

  it.each(['1', '2147483647'])('H3 takes %s minutes', async (minutes) => {
    const { iat, exp } = await claimsOf(`?minutesToExpire=${minutes}`);
    expect(exp - iat).toBe(Number(minutes) * 60);
  });

  it.each(['%20', '', 'g'.repeat(1025)])('H4 refuses the group "%s"', async (group) => {
    expect(await generate(`?group=g1&group=${group}`)).toEqual(
      invalid('group', 'Invalid group name.'),
    );
  });

  it.each([
    { type: 'mqtt', path: '/clients/mqtt/hubs/chat' },
    { type: 'MQTT', path: '/clients/mqtt/hubs/chat' },
    { type: 'Default', path: '/client/hubs/chat' },
    { type: '', path: '/client/hubs/chat' },
  ])('H5 makes one for the client type "$type"', async ({ type, path }) => {
    const { aud } = await claimsOf(`?clientType=${type}`);
    expect(aud).toBe(`${scene().stage.url}${path}`);
  });

  it.each([
    { accept: 'application/json, text/json', type: 'application/json; charset=utf-8' },
    { accept: 'application/json', type: 'application/problem+json; charset=utf-8' },
  ])('H6 refuses another client type to who accepts $accept', async ({ accept, type }) => {
    expect(await generate('?clientType=socketio', { headers: { accept } })).toEqual({
      ...invalid('clientType', "The value 'socketio' is not valid."),
      type,
    });
  });

  it('H9 knows client types under older versions', async () => {
    const { aud } = await claimsOf('?clientType=mqtt', { version: '2021-10-01' });
    expect(aud).toContain('/clients/mqtt/');
  });

  it('4 makes none for who has no token itself', async () => {
    expect(await generate('', { token: null })).toMatchObject({ status: 401, body: '' });
  });
});
