import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Injectable, type OnModuleInit } from '@nestjs/common';
import { type AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core';
import { attachFront, type Front, type Prepare } from '../../../lib/http/request-front.js';
import { startHost, type Host } from '../../support/host.app.js';
import { PLATFORMS } from '../../support/platforms.js';

@Controller()
class Pages {
  @Get(['page', 'other'])
  page(): string {
    return 'page';
  }
}

const take =
  (path: string): Prepare =>
  ({ url }, response) => {
    if (url !== path) return false;
    response.end(`taken ${path}`);
    return 'taken';
  };

const text = async (url: string): Promise<string> => await (await fetch(url)).text();

describe.each(PLATFORMS)('a front on %s', (platform) => {
  let host: Host;
  let fronts: Front[];
  const middleware: string[] = [];

  beforeEach(async () => {
    fronts = [];
    middleware.length = 0;

    @Injectable()
    class Fronts implements OnModuleInit {
      constructor(private readonly adapterHost: HttpAdapterHost) {}

      onModuleInit(): void {
        for (const path of ['/taken', '/page']) {
          fronts.push(attachFront(this.adapterHost.httpAdapter, take(path)));
        }
      }
    }

    host = await startHost(platform, {
      controllers: [Pages],
      providers: [Fronts],
      configure: (app) => {
        app.use(({ originalUrl }: { originalUrl: string }, _: ServerResponse, next: () => void) => {
          middleware.push(originalUrl);
          next();
        });
      },
    });
  });
  afterEach(() => host.close());

  it('takes requests before middleware that was registered before', async () => {
    expect(await text(`${host.url}/taken`)).toBe('taken /taken');
    expect(await text(`${host.url}/page`)).toBe('taken /page');
    expect(middleware).toEqual([]);
  });

  it('lets the others pass', async () => {
    expect(await text(`${host.url}/other`)).toBe('page');
    expect(middleware).toEqual(['/other']);
  });

  it('lets all pass once it is detached, and the other front goes on', async () => {
    fronts[1]?.detach();
    expect(await text(`${host.url}/page`)).toBe('page');
    expect(await text(`${host.url}/taken`)).toBe('taken /taken');
    fronts[0]?.detach();
    expect((await fetch(`${host.url}/taken`)).status).toBe(404);
  });

  it('takes requests of another server of the same application', async () => {
    const instance = host.app.getHttpAdapter().getInstance() as unknown;
    const listener =
      platform === 'express'
        ? (instance as RequestListener)
        : (instance as { routing: RequestListener }).routing;
    const { server, url } = await listen(createServer(listener));
    expect(await text(`${url}/taken`)).toBe('taken /taken');
    expect(await text(`${url}/other`)).toBe('page');
    server.close();
  });
});

describe('a front on another platform', () => {
  it('takes requests from the listeners of its server', async () => {
    const seen: string[] = [];
    const application: RequestListener = (request, response) => {
      seen.push(request.url ?? '');
      response.end('application');
    };
    const { server, url } = await listen(createServer(application));
    const adapter = { getType: () => 'own', getHttpServer: () => server };
    const front = attachFront(adapter as unknown as AbstractHttpAdapter, take('/taken'));
    expect(await text(`${url}/taken`)).toBe('taken /taken');
    expect(await text(`${url}/page`)).toBe('application');
    expect(server.listeners('request')).not.toContain(application);
    front.detach();
    expect(server.listeners('request')).toEqual([application]);
    expect(await text(`${url}/taken`)).toBe('application');
    expect(seen).toEqual(['/page', '/taken']);
    server.close();
  });
});

async function listen(server: Server): Promise<{ server: Server; url: string }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${String(port)}` };
}
