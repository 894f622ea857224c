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
      for (const round of ['first', 'after socket.io would have destroyed a foreign upgrade']) {
        expect(await theirs.ask(round)).toBe(round);
        expect(await later.ask(round)).toBe(round);
        await ours.expectQuiet();
        await stage.operate('POST', '/groups/room/:send', { text: round });
        expect(await raw.hear()).toBe(round);
        await delay(DESTROY_UPGRADE_MS * 1.3);
      }
      await ours.expectQuiet();
      await Promise.all([theirs.close(), later.close()]);
    });

    it('still refuses our paths by our rules', async () => {
      expect(await stage.refusal('/client/hubs/chat')).toMatchObject({ status: 401, body: '' });
      expect((await stage.refusal('/client/hubs/1?x')).status).toBe(400);
    });

    it.each(UNKNOWN_TARGETS)('answers an upgrade of %s as without us', async (target) => {
      const [withUs, withoutUs] = await Promise.all([
        outcome(stage.port, target),
        outcome(without.port, target),
      ]);
      expect(withUs).toEqual(withoutUs);
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

    it.each(UNKNOWN_TARGETS)('answers an upgrade of %s as without us', async (target) => {
      const [withUs, withoutUs] = await Promise.all([
        outcome(stage.port, target),
        outcome(without.port, target),
      ]);
      expect(withUs).toEqual(withoutUs);
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
      expect(Object.hasOwn(server, 'emit') ? server.emit : undefined).toBe(
        Object.hasOwn(server, 'emit') ? Object.getPrototypeOf(server).emit : undefined,
      );
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
