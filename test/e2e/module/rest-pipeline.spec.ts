import { type CanActivate, Controller, Get, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PLATFORMS } from '../../support/platforms.js';
import { RestClient } from '../../support/rest.client.js';
import { startStage, type Stage } from '../../support/stage.js';

@Controller('cats')
class CatsController {
  @Get()
  list(): string[] {
    return ['Tom'];
  }
}

/** Lets nobody into what is the application's. */
class Bouncer implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Module({
  controllers: [CatsController],
  providers: [{ provide: APP_GUARD, useClass: Bouncer }],
})
class GuardedModule {}

describe.each(PLATFORMS)('rest.pipeline on %s', (platform) => {
  async function start(pipeline: 'application' | 'direct' | undefined): Promise<{
    stage: Stage;
    seen: string[];
    post: () => Promise<number>;
  }> {
    const seen: string[] = [];
    const stage = await startStage(platform, {
      imports: [GuardedModule],
      module: pipeline === undefined ? {} : { rest: { pipeline } },
      configure: (app) =>
        app.use((request: { originalUrl: string }, _: unknown, next: () => void) => {
          seen.push(request.originalUrl);
          next();
        }),
    });
    const rest = new RestClient(stage.url);
    const target = '/api/hubs/chat/:send?api-version=2024-12-01';
    const call = { headers: { 'content-type': 'text/plain' }, body: 'hi' };
    return { stage, seen, post: async () => (await rest.call('POST', target, call)).status };
  }

  it.each(['application', undefined] as const)(
    'lets middleware and global guards of the application see what is asked (%s)',
    async (pipeline) => {
      const { stage, seen, post } = await start(pipeline);
      await expect(post()).resolves.toBe(403);
      expect(seen).toHaveLength(1);
      await stage.close();
    },
  );

  it('goes past the application when it is direct, which keeps its own requests', async () => {
    const { stage, seen, post } = await start('direct');
    const client = await stage.json();
    await expect(post()).resolves.toBe(202);
    await expect(client.hear()).resolves.toContain('"hi"');
    expect(seen).toEqual([]);
    await expect(fetch(`${stage.url}/cats`).then(({ status }) => status)).resolves.toBe(403);
    expect(seen).toEqual(['/cats']);
    await stage.close();
  });
});
