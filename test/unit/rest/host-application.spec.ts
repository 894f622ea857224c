import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  HttpException,
  Injectable,
  type NestInterceptor,
  Param,
  type PipeTransform,
  Post,
  Body,
  ValidationPipe,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, HttpAdapterHost } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { map, type Observable } from 'rxjs';
import { REST_SETTINGS } from '../../../lib/rest/rest.settings.js';
import { restProviders } from '../../../lib/rest/rest.providers.js';
import { RestFront } from '../../../lib/rest/rest.front.js';
import { send } from './support/http.client.js';
import {
  PLATFORMS,
  type RestApplication,
  type RestApplicationInit,
  SETTINGS,
  startRest,
} from './support/rest.application.js';

const V = 'api-version=2024-12-01';
const TEXT = { headers: { 'content-type': 'text/plain' }, body: 'hello' };

@Injectable()
class WrappingInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

@Injectable()
class ManglingPipe implements PipeTransform {
  transform(value: unknown): unknown {
    return typeof value === 'string' ? value.toUpperCase() : value;
  }
}

@Catch()
class TeapotFilter implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(_: unknown, host: ArgumentsHost): void {
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { teapot: true }, 418);
  }
}

/** Sees what application-wide guards see. */
@Injectable()
class WitnessGuard implements CanActivate {
  readonly seen: { params: unknown; originalUrl: string }[] = [];
  refusal: HttpException | boolean = true;

  canActivate(context: ExecutionContext): boolean {
    const request = context
      .switchToHttp()
      .getRequest<{ params: Record<string, string>; originalUrl: string }>();
    this.seen.push({ params: { ...request.params }, originalUrl: request.originalUrl });
    if (this.refusal instanceof HttpException) throw this.refusal;
    return this.refusal;
  }
}

@Controller('api')
class OwnController {
  @Get('anything/:id')
  anything(@Param('id') id: string): { id: string } {
    return { id };
  }

  @Post('anything')
  echo(@Body() body: object): object {
    return body;
  }

  @Get('hubs')
  hubs(): string[] {
    return ['mine'];
  }

  @Get('health/live')
  live(): { up: boolean } {
    return { up: true };
  }
}

describe.each(PLATFORMS)('in an application on %s', (platform) => {
  const apps: RestApplication[] = [];
  const start = async (init: RestApplicationInit) => {
    const rest = await startRest(platform, init);
    apps.push(rest);
    return rest;
  };

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((rest) => rest.close()));
  });

  it.each([
    ['strict', { whitelist: true, forbidNonWhitelisted: true, transform: true }],
    [
      'strict for custom parameters too',
      {
        forbidNonWhitelisted: true,
        whitelist: true,
        transform: true,
        validateCustomDecorators: true,
      },
    ],
    ['suspicious', { forbidUnknownValues: true, disableErrorMessages: true }],
  ])('a global ValidationPipe that is %s does not see our parameters', async (_, options) => {
    const rest = await start({
      host: { providers: [{ provide: APP_PIPE, useValue: new ValidationPipe(options) }] },
    });

    const path = `/api/hubs/chat/groups/g1/:send?${V}&excluded=c1&unknown=1`;
    expect((await rest.call('POST', path, TEXT)).status).toBe(202);
    const permission = `/api/hubs/chat/permissions/1/connections/c1?${V}&targetName=g`;
    expect((await rest.call('DELETE', permission)).status).toBe(204);
    const invalid = await rest.call('POST', `/api/hubs/1/:send?${V}`, TEXT);
    expect(JSON.parse(invalid.body)).toMatchObject({ target: 'hub', message: 'Invalid hub name.' });
    expect(rest.driver.calls[0]?.args).toMatchObject(['g1', {}, { excluded: ['c1'] }]);
  });

  it('a global pipe that changes values does not change ours', async () => {
    const rest = await start({
      host: { providers: [{ provide: APP_PIPE, useClass: ManglingPipe }] },
    });
    await rest.call('POST', `/api/hubs/chat/users/u1/:send?${V}`, TEXT);
    expect(rest.driver.calls[0]?.args[0]).toBe('u1');
  });

  it('a global interceptor does not reshape our responses', async () => {
    const rest = await start({
      host: { providers: [{ provide: APP_INTERCEPTOR, useClass: WrappingInterceptor }] },
    });
    expect(await rest.call('POST', `/api/hubs/chat/:send?${V}`, TEXT)).toMatchObject({
      status: 202,
      body: '',
    });
    const head = await rest.call('HEAD', `/api/hubs/chat/users/u?${V}`);
    expect(head.headers['content-length']).toBeUndefined();
    expect((await rest.call('DELETE', `/api/hubs/chat/connections/c?${V}`)).status).toBe(204);
    expect((await rest.call('GET', `/api/hubs/chat/users/u?${V}`)).status).toBe(405);
  });

  it('a global filter does not take over our errors', async () => {
    const rest = await start({
      host: { providers: [{ provide: APP_FILTER, useClass: TeapotFilter }] },
    });
    const unauthorized = await rest.call('POST', '/api/hubs/chat/:send', { audience: null });
    expect(unauthorized).toMatchObject({ status: 401, body: '' });
    expect((await rest.call('POST', '/api/hubs/1/:send')).status).toBe(400);
    expect((await rest.call('POST', '/api/hubs/chat/:nope')).status).toBe(404);
    expect((await rest.call('GET', '/elsewhere')).status).toBe(418);
  });

  it('a global guard sees the names and the URL as the caller meant them', async () => {
    const guard = new WitnessGuard();
    const rest = await start({ host: { providers: [{ provide: APP_GUARD, useValue: guard }] } });
    const path = `/api/hubs/chat/groups/a%20b%2Fc/connections/%C3%A9?${V}`;
    expect((await rest.call('PUT', path)).status).toBe(200);
    expect(guard.seen).toEqual([
      { params: { hub: 'chat', group: 'a b%2Fc', connectionId: 'é' }, originalUrl: path },
    ]);
  });

  it.each([
    [false, 403, 'Error.Forbidden'],
    [new HttpException('Slow down.', 429), 429, 'Error.TooManyRequests'],
    [new HttpException('Back soon.', 503), 503, 'Error.ServiceUnavailable'],
  ])(
    'a global guard that refuses with %s gets the plain envelope',
    async (refusal, status, code) => {
      const guard = new WitnessGuard();
      guard.refusal = refusal;
      const rest = await start({ host: { providers: [{ provide: APP_GUARD, useValue: guard }] } });
      const reply = await rest.call('POST', `/api/hubs/chat/:send?${V}`, TEXT);
      expect(reply.status).toBe(status);
      expect(JSON.parse(reply.body)).toMatchObject({ code, target: 'Request', details: null });
      expect(rest.driver.calls).toEqual([]);
    },
  );

  it('controllers beside ours are as they were', async () => {
    const rest = await start({ host: { controllers: [OwnController] } });
    expect((await rest.call('GET', '/api/anything/a%2Fb')).body).toBe('{"id":"a/b"}');
    expect((await rest.call('GET', '/api/hubs')).body).toBe('["mine"]');
    expect((await rest.call('GET', '/api/health/live')).body).toBe('{"up":true}');
    const headers = { 'content-type': 'application/json' };
    expect((await rest.call('POST', '/api/anything', { headers, body: '{"a": 1}' })).body).toBe(
      '{"a":1}',
    );
    expect((await rest.call('GET', '/api/anything/%ZZ')).status).toBe(400);
  });

  it('cross-origin rules apply to us as to everybody', async () => {
    const rest = await start({ nest: { cors: { origin: 'https://page.example' } } });
    const headers = {
      origin: 'https://page.example',
      'access-control-request-method': 'POST',
    };
    const preflight = await rest.call('OPTIONS', '/api/hubs/chat/:send', {
      headers,
      audience: null,
    });
    expect(preflight.status).toBe(204);
    const reply = await rest.call('POST', '/api/hubs/chat/:send', { headers });
    expect(reply.headers['access-control-allow-origin']).toBe('https://page.example');
  });

  it('requests through another server find us too', async () => {
    const rest = await start({});
    const instance: unknown = rest.app.getHttpAdapter().getInstance();
    const { routing } = instance as { routing?: (...args: unknown[]) => void };
    const other = createServer((routing ?? instance) as Parameters<typeof createServer>[1]);
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;

    expect((await send(origin, 'POST', '/api/hubs/chat/groups/a%2Fb/:send', TEXT)).status).toBe(
      202,
    );
    expect((await send(origin, 'GET', '/api/hubs/chat/:send')).status).toBe(405);
    expect(rest.driver.calls[0]?.args).toMatchObject([
      'a%2Fb',
      { dataType: 'text', bytes: Buffer.from('hello') },
      {},
    ]);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('two applications in one process', () => {
  it('do not see each other', async () => {
    const first = await startRest('express', { configure: (app) => app.setGlobalPrefix('one') });
    const second = await startRest('fastify', { configure: (app) => app.setGlobalPrefix('two') });

    expect((await first.call('POST', '/one/api/hubs/a/:send', TEXT)).status).toBe(202);
    expect((await second.call('POST', '/two/api/hubs/b/:send', TEXT)).status).toBe(202);
    expect((await first.call('POST', '/two/api/hubs/b/:send', TEXT)).status).toBe(404);
    await first.close();
    expect((await second.call('POST', '/two/api/hubs/b/:send', TEXT)).status).toBe(202);

    expect(first.driver.calls.map((call) => call.hub)).toEqual(['a']);
    expect(second.driver.calls.map((call) => call.hub)).toEqual(['b', 'b']);
    await second.close();
  });
});

describe('the way in', () => {
  it.each(PLATFORMS)('is given back on %s when the application closes', async (platform) => {
    const rest = await startRest(platform);
    const server: Server = rest.app.getHttpServer();
    await rest.close();
    expect(server.listeners('request')).toHaveLength(1);
  });

  it('is nothing to an application without a server', async () => {
    const module = await Test.createTestingModule({
      providers: [
        ...restProviders.filter((provider) => provider === RestFront),
        { provide: REST_SETTINGS, useValue: SETTINGS },
      ],
    }).compile();
    await expect(module.init()).resolves.toBeDefined();
    await module.close();
  });
});
