import { RequestMethod, VersioningType } from '@nestjs/common';
import { PLATFORMS } from '../../support/platforms.js';
import { startStage, type Stage } from '../../support/stage.js';

describe.each(PLATFORMS)('the two surfaces on %s', (platform) => {
  let stage: Stage;

  afterEach(async () => {
    await stage.clear();
    await stage.close();
  });

  async function statusOf(method: string, path: string): Promise<number> {
    const response = await fetch(`${stage.url}${path}`, { method });
    await response.arrayBuffer();
    return response.status;
  }

  it('serves REST alone with websocket: false', async () => {
    stage = await startStage(platform, { module: { websocket: false } });
    expect((await stage.api('POST', '/:send', { text: 'hi' })).status).toBe(202);
    expect((await stage.refusal(stage.target())).status).toBe(404);
    expect(await statusOf('GET', '/client/hubs/chat')).toBe(404);
    expect(stage.host.server.listeners('upgrade')).toEqual([]);
  });

  it('serves WebSockets alone with rest: false', async () => {
    stage = await startStage(platform, { module: { rest: false } });
    const client = await stage.json();
    await client.expectQuiet();
    expect((await stage.api('POST', '/:send', { text: 'hi' })).status).toBe(404);
    expect(await statusOf('HEAD', '/api/health')).toBe(404);
    await client.expectQuiet();
  });

  it('serves neither when both are off', async () => {
    stage = await startStage(platform, { module: { rest: false, websocket: false } });
    expect((await stage.refusal(stage.target())).status).toBe(404);
    expect(await statusOf('HEAD', '/api/health')).toBe(404);
  });

  it.each(['v1', '/v1/', 'deep/er'])('moves both behind the global prefix %s', async (prefix) => {
    const trimmed = prefix.replaceAll(/^\/|\/$/g, '');
    stage = await startStage(platform, {
      prefix: `/${trimmed}`,
      configure: (app) => void app.setGlobalPrefix(prefix),
    });
    const client = await stage.json();
    const answer = await stage.api('POST', `/connections/${client.id}/:send`, { text: 'hi' });
    expect(answer.status).toBe(202);
    expect(await client.hearJson()).toMatchObject({ from: 'server', data: 'hi' });
    expect(await statusOf('HEAD', `/${trimmed}/api/health`)).toBe(200);
    expect(await statusOf('HEAD', '/api/health')).toBe(404);
    const unprefixed = `/client/hubs/chat?access_token=${stage.token({ aud: `${stage.url}/client/hubs/chat` })}`;
    expect((await stage.refusal(unprefixed)).status).toBe(404);
  });

  it('keeps both in front of a global prefix that excludes them', async () => {
    stage = await startStage(platform, {
      configure: (app) =>
        void app.setGlobalPrefix('v1', { exclude: ['api/{*rest}', 'client/{*rest}'] }),
    });
    const client = await stage.json();
    await stage.operate('POST', `/connections/${client.id}/:send`, { text: 'hi' });
    expect(await client.hearJson()).toMatchObject({ from: 'server', data: 'hi' });
    expect(await statusOf('HEAD', '/v1/api/health')).toBe(404);
    expect((await stage.refusal(`/v1${stage.target()}`)).status).toBe(404);
  });

  it('moves one surface when only the other is excluded', async () => {
    stage = await startStage(platform, {
      configure: (app) =>
        void app.setGlobalPrefix('v1', {
          exclude: [{ path: 'api/{*rest}', method: RequestMethod.ALL }],
        }),
    });
    expect(await statusOf('HEAD', '/api/health')).toBe(200);
    expect((await stage.refusal(stage.target())).status).toBe(404);
    const audience = `${stage.url}/v1/client/hubs/chat`;
    const target = `/v1/client/hubs/chat?access_token=${stage.token({ aud: audience })}`;
    expect((await stage.upgrade(target)).status).toBe(101);
  });

  it('is not moved by URI versioning', async () => {
    stage = await startStage(platform, {
      configure: (app) =>
        void app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' }),
    });
    const client = await stage.json();
    await stage.operate('POST', `/connections/${client.id}/:send`, { text: 'hi' });
    expect(await client.hearJson()).toMatchObject({ from: 'server', data: 'hi' });
  });
});
