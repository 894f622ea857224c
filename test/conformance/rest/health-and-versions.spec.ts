import { SURFACES } from '../../support/platforms.js';
import { done, plain, PRESENT, SUPPORTED } from './answers.js';
import { text, useScene } from './scene.js';

const GA_VERSIONS = SUPPORTED.split(', ');
const OLDER_VERSIONS = [
  '2020-10-01',
  '2021-01-01',
  '2021-05-01-preview',
  '2021-08-01-preview',
  '2022-10-01-preview',
];

const UNKNOWN_VERSION = plain(400, {
  code: 'Error.BadRequest',
  target: 'api-version',
  message: 'The specified API version is not supported.',
});

describe.each(SURFACES)('health and versions on %s', (platform) => {
  const scene = useScene(platform);

  it.each([
    { id: 'A1', target: '/api/health', headers: {} },
    { id: 'A2', target: '/api/health?api-version=2024-12-01', headers: { authorization: 'x y z' } },
    // 5.1: a probe must never fail over its api-version.
    { id: 'A2', target: '/api/health?api-version=2019-01-01', headers: {} },
  ])('$id $target is healthy for everybody', async ({ target, headers }) => {
    const answer = await scene().rest.call('HEAD', target, { token: null, headers });
    expect(answer.status).toBe(200);
    expect(answer.body).toHaveLength(0);
    expect(answer.headers['content-length']).toBeUndefined();
  });

  it.each([
    { id: 'A3', method: 'GET', target: '/api/health', allow: 'HEAD' },
    {
      id: 'A10',
      method: 'GET',
      target: '/api/hubs/chat/users/u1?api-version=2024-12-01',
      allow: 'HEAD',
    },
  ])('$id $method $target is 405', async ({ method, target, allow }) => {
    const answer = await scene().rest.call(method, target);
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allow);
  });

  it('A4 serves a request without api-version', async () => {
    await scene().cast({ J1: {} });
    expect(await scene().call('HEAD', '/users/u1', { version: null })).toEqual(PRESENT);
  });

  it.each([
    { id: 'A5', query: 'api-version=2019-01-01' },
    { id: 'A6', query: 'api-version=2024-12-01,2023-07-01' },
    { id: 'A7', query: 'api-version=2024-12-01&api-version=2024-12-01' },
    // Section 4, stage 3.
    { id: 'A5', query: 'api-version=' },
    { id: 'A5', query: 'api-version=2024-12-01%20' },
    { id: 'A5', query: 'api-version=constructor' },
    { id: 'A5', query: 'api-version=__proto__' },
  ])('$id refuses ?$query, and sends nothing', async ({ query }) => {
    const { J1 } = await scene().cast({ J1: {} });
    const call = { ...text('x'), version: null };
    expect(await scene().call('POST', `/:send?${query}`, call)).toEqual(UNKNOWN_VERSION);
    expect(await scene().heard(J1)).toEqual([]);
  });

  it.each(GA_VERSIONS)('A8 serves %s', async (version) => {
    expect(await scene().call('POST', '/:send', { ...text('x'), version })).toEqual(done(202));
  });

  it.each(OLDER_VERSIONS)('12.2 serves %s, though it is not announced', async (version) => {
    expect(await scene().call('POST', '/:send', { ...text('x'), version })).toEqual(done(202));
  });

  it('A9 knows no other action', async () => {
    const answer = await scene().call('POST', '/:unknown', text('x'));
    expect(answer.status).toBe(404);
    expect(answer.body).toHaveLength(0);
  });
});

describe.each(SURFACES)('requests without a version on %s', (platform) => {
  const scene = useScene(platform, { module: { rest: { defaultApiVersion: '2024-12-01' } } });

  it('12.2.4 are served as the version that the options name', async () => {
    const close = (version: string | null) =>
      scene().call('DELETE', '/connections/no-such', { version });
    expect(await close(null)).toEqual(done(204));
    expect(await close('2020-10-01')).toEqual(done(200));
  });
});
