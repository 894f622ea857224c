import { Injectable, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import {
  AccessKeys,
  getHubToken,
  HubRegistry,
  InjectHub,
  WebPubSubError,
  WebPubSubHub,
  WebPubSubModule,
  WebPubSubService,
  type WebPubSubModuleOptions,
} from 'nestjs-web-pubsub';
import { ACCESS_KEY } from '../../support/keys.js';

const OPTIONS: WebPubSubModuleOptions = { accessKey: ACCESS_KEY, logStart: false };

@Injectable()
class OptionsFactory {
  createWebPubSubOptions(): WebPubSubModuleOptions {
    return OPTIONS;
  }
}

@Module({ providers: [OptionsFactory], exports: [OptionsFactory] })
class OptionsModule {}

@Injectable()
class Announcer {
  constructor(@InjectHub('Chat') readonly chat: WebPubSubHub) {}
}

let app: INestApplication | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(module: object): Promise<INestApplication> {
  app = await NestFactory.create(module as Parameters<typeof NestFactory.create>[0], {
    logger: false,
    abortOnError: false,
  });
  await app.listen(0, '127.0.0.1');
  return app;
}

function root(imports: object[], providers: object[] = []): object {
  return {
    module: class RootModule {},
    imports,
    providers,
  };
}

describe('forRootAsync', () => {
  it.each([
    ['useFactory', { useFactory: async () => OPTIONS }],
    [
      'useFactory with imports and inject',
      {
        imports: [OptionsModule],
        inject: [OptionsFactory],
        useFactory: (factory: OptionsFactory) => factory.createWebPubSubOptions(),
      },
    ],
    ['useClass', { useClass: OptionsFactory }],
    ['useExisting', { imports: [OptionsModule], useExisting: OptionsFactory }],
  ])('%s', async (_how, options) => {
    const started = await start(
      root([WebPubSubModule.forRootAsync({ ...options, hubNames: ['chat'] })], [Announcer]),
    );
    expect(started.get(AccessKeys).primary).toBe(ACCESS_KEY);
    expect(started.get(Announcer).chat.hubName).toBe('chat');
  });

  it('leaves the REST API out with serveRest: false', async () => {
    const started = await start(
      root([WebPubSubModule.forRootAsync({ useFactory: () => OPTIONS, serveRest: false })]),
    );
    const url = `${await started.getUrl()}/api/health`;
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(404);
  });
});

describe('hubs', () => {
  it('are injected by any spelling, and are one object for one name', async () => {
    const started = await start(
      root([WebPubSubModule.forRoot({ ...OPTIONS, hubs: ['CHAT'] })], [Announcer]),
    );
    const { chat } = started.get(Announcer);
    expect(chat.hubName).toBe('chat');
    expect(started.get(getHubToken('chat'))).toBe(chat);
    expect(started.get(WebPubSubService).hub('cHaT')).toBe(chat);
    expect(started.get(HubRegistry).resolve(undefined)).toBe(chat);
  });

  it('come from forFeature too, in the module that asks for them', async () => {
    class FeatureModule {}
    const feature = {
      module: FeatureModule,
      imports: [WebPubSubModule.forFeature('chat', 'news')],
      providers: [Announcer],
      exports: [Announcer],
    };
    const started = await start(root([WebPubSubModule.forRoot(OPTIONS), feature]));
    expect(started.get(Announcer, { strict: false }).chat.hubName).toBe('chat');
    expect(started.get(getHubToken('news'), { strict: false })).toBeInstanceOf(WebPubSubHub);
  });

  it('can be asked for by name at run time, and a bad name is refused', async () => {
    const started = await start(root([WebPubSubModule.forRoot(OPTIONS)]));
    const service = started.get(WebPubSubService);
    expect(service.hub('tenant_1').hubName).toBe('tenant_1');
    expect(() => service.hub('no hub')).toThrow(WebPubSubError);
  });

  it('name no default when there are several', async () => {
    const started = await start(root([WebPubSubModule.forRoot({ ...OPTIONS, hubs: ['a', 'b'] })]));
    expect(() => started.get(HubRegistry).resolve(undefined)).toThrow('a, b are configured');
  });
});

describe('the module', () => {
  it('is refused as a second root, by name', async () => {
    const twice = root([
      WebPubSubModule.forRoot({ ...OPTIONS, hubs: ['a'] }),
      WebPubSubModule.forRoot({ ...OPTIONS, hubs: ['b'] }),
    ]);
    await expect(start(twice)).rejects.toThrow('imported more than once');
  });

  it('works in an application context, where nobody can connect', async () => {
    const context = await Test.createTestingModule({
      imports: [WebPubSubModule.forRoot({ ...OPTIONS, hubs: ['chat'] })],
    }).compile();
    await context.init();
    const chat = context.get<WebPubSubHub>(getHubToken('chat'));
    await chat.sendToAll({ to: 'nobody' });
    expect(await context.get(WebPubSubService).getServiceStatus()).toBe(true);
    await expect(chat.getClientAccessToken()).rejects.toThrow('before the application listens');
    await context.close();
    expect(await context.get(WebPubSubService).getServiceStatus()).toBe(false);
  });

  it('makes client URLs for the configured endpoint', async () => {
    const endpoint = 'https://realtime.example.com/base';
    const started = await start(root([WebPubSubModule.forRoot({ ...OPTIONS, endpoint })]));
    const { baseUrl, token } = await started
      .get(WebPubSubService)
      .hub('chat')
      .getClientAccessToken();
    expect(baseUrl).toBe('wss://realtime.example.com/base/client/hubs/chat');
    const claims = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, unknown>;
    expect(claims['aud']).toBe('https://realtime.example.com/base/client/hubs/chat');
  });

  it('serves with no option at all', async () => {
    const started = await start(root([WebPubSubModule.forRoot()]));
    const url = `${await started.getUrl()}/api/health`;
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
  });

  it('logs where it is, its hubs, and the connection string without its key', async () => {
    const lines: string[] = [];
    const write = (line: unknown): void => void lines.push(String(line));
    const logger = { log: write, warn: write, error: write };
    const options = { accessKey: ACCESS_KEY, hubs: ['chat', 'news'] };
    app = await NestFactory.create(
      root([WebPubSubModule.forRoot(options)]) as Parameters<typeof NestFactory.create>[0],
      { logger },
    );
    await app.listen(0, '127.0.0.1');
    const block = lines.find((line) => line.includes('connection string')) ?? '';
    expect(block).toContain(await app.getUrl());
    expect(block).toContain('chat, news');
    expect(block).toContain('AccessKey=');
    expect(lines.join('\n')).not.toContain(ACCESS_KEY);
  });
});
