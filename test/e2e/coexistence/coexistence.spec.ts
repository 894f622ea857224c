import { setTimeout as delay } from 'node:timers/promises';
import { Body, Controller, Get, Post } from '@nestjs/common';
import { startHost, type Host } from '../../support/host.app.js';
import { PLATFORMS, type Platform } from '../../support/platforms.js';
import { RawSocket } from '../../support/raw.socket.js';
import { startStage, type Stage } from '../../support/stage.js';
import { NEIGHBOURS, type Neighbour } from './neighbours.js';

/** socket.io gives other servers this long to take an upgrade before it ends the socket. */
const DESTROY_UPGRADE_MS = 1000;

@Controller('cats')
class CatsController {
  @Get()
  list(): { name: string }[] {
    return [{ name: 'Tom' }];
  }

  @Post()
  add(@Body() cat: { name: string }): { name: string } {
    return cat;
  }
}

/** What a client sees of an upgrade request: a status, or a socket that closes without one. */
async function outcome(
  port: number,
  target: string,
  upgrade = 'websocket',
): Promise<number | 'closed'> {
  const raw = await RawSocket.connect(port);
  try {
    raw.request(target, { Upgrade: upgrade });
    return (await raw.head()).status;
  } catch {
    return 'closed';
  } finally {
    raw.destroy();
  }
}

/** What clients see of upgrades to paths that nobody serves. */
async function outcomes(port: number): Promise<readonly (readonly [string, number | 'closed'])[]> {
  return await Promise.all(
    UNKNOWN_TARGETS.map(async (target) => [target, await outcome(port, target)] as const),
  );
}

const UNKNOWN_TARGETS = [
  '/elsewhere',
  '/',
  '/clients',
  '/client2/hubs/chat',
  '/xclient/hubs/chat',
  '/ws2',
  '/api/hubs/chat',
];

describe.each(PLATFORMS)('beside other WebSocket servers on %s', (platform) => {
  describe.each(NEIGHBOURS)('$name', (neighbour) => {
    let stage: Stage;
    let without: Host;
    let detach: (() => Promise<void>)[];

    beforeAll(async () => {
      stage = await startStage(platform, {
        controllers: [CatsController],
        providers: neighbour.providers,
        configure: (app) => {
          neighbour.configure(app);
        },
      });
      without = await startWithoutUs(platform, neighbour);
      detach = [stage.host, without].map(({ server }) => neighbour.attach(server));
    });

    afterEach(async () => {
      await stage.clear();
    });

    afterAll(async () => {
      await Promise.all(detach.map(async (stop) => await stop()));
      await Promise.all([stage.close(), without.close()]);
    });

    it('keeps its clients while ours are served', async () => {
      const theirs = await neighbour.connect(stage.port);
      const ours = await stage.json();
      const raw = await stage.raw({ groups: ['room'] });
      const later = await neighbour.connect(stage.port);
      await ours.expectQuiet();
      await delay(DESTROY_UPGRADE_MS * 1.2);
      for (const client of [theirs, later]) expect(await client.ask('hi')).toBe('hi');
      await ours.expectQuiet();
      await stage.operate('POST', '/groups/room/:send', { text: 'hi' });
      expect(await raw.hear()).toBe('hi');
      await Promise.all([theirs.close(), later.close()]);
    });

    it('still refuses our paths by our rules', async () => {
      expect(await stage.refusal('/client/hubs/chat')).toMatchObject({ status: 401, body: '' });
      expect((await stage.refusal('/client/hubs/1?x')).status).toBe(400);
    });

    it('answers upgrades of unknown paths as without us', async () => {
      expect(await outcomes(stage.port)).toEqual(await outcomes(without.port));
    });

    it('answers plain requests as without us', async () => {
      for (const path of ['/cats', '/ws', '/elsewhere', '/client2']) {
        const [withUs, withoutUs] = await Promise.all([
          fetch(`${stage.url}${path}`),
          fetch(`${without.url}${path}`),
        ]);
        expect([path, withUs.status, await withUs.text()]).toEqual([
          path,
          withoutUs.status,
          await withoutUs.text(),
        ]);
      }
    });
  });

  describe('nobody else', () => {
    let stage: Stage;
    let without: Host;

    beforeAll(async () => {
      stage = await startStage(platform, { controllers: [CatsController] });
      without = await startWithoutUs(platform);
    });

    afterEach(async () => {
      await stage.clear();
    });

    afterAll(async () => {
      await Promise.all([stage.close(), without.close()]);
    });

    it('answers upgrades of unknown paths as without us', async () => {
      expect(await outcomes(stage.port)).toEqual(await outcomes(without.port));
    });

    // Some HTTP clients offer HTTP/2 with every plain request; a server may ignore the offer.
    it.each(['h2c', 'websocket'])(
      'serves a request that offers to upgrade to %s',
      async (protocol) => {
        expect(await outcome(without.port, '/cats', protocol)).toBe(200);
        expect(await outcome(stage.port, '/cats', protocol)).toBe(200);
      },
    );

    it('serves a request with a body that offers to upgrade to h2c', async () => {
      const statuses = [];
      for (const { port } of [without, stage]) {
        const raw = await RawSocket.connect(port);
        const body = '{"name":"Kit"}';
        const headers = {
          Upgrade: 'h2c',
          'Content-Type': 'application/json',
          'Content-Length': String(body.length),
        };
        raw.request('/cats', headers, { method: 'POST', trailer: body });
        statuses.push((await raw.head().catch(() => undefined))?.status);
        raw.destroy();
      }
      expect(statuses).toEqual([201, 201]);
    });

    it('gives the HTTP server back when the application closes', async () => {
      const other = await startStage(platform);
      const { server } = other.host;
      await other.close();
      expect(server.listeners('upgrade')).toEqual([]);
      await new Promise<void>((resolve) => {
        server.listen(other.port, '127.0.0.1', resolve);
      });
      const response = await fetch(`${other.url}/client/hubs/chat`);
      // 400 would be our word to a client that forgot to upgrade.
      expect([404, 503]).toContain(response.status);
      expect([404, 503]).toContain(await outcome(other.port, other.target()));
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    });
  });
});

async function startWithoutUs(platform: Platform, neighbour?: Neighbour): Promise<Host> {
  return await startHost(platform, {
    controllers: [CatsController],
    providers: neighbour?.providers ?? [],
    configure: (app) => {
      neighbour?.configure(app);
    },
  });
}
