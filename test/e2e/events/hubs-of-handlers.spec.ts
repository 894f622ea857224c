import { Module } from '@nestjs/common';
import { Hub, OnConnected, WebPubSubModule } from 'nestjs-web-pubsub';
import { startHost } from '../../support/host.app.js';
import { ACCESS_KEY } from '../../support/keys.js';

@Hub('news')
class NewsHub {
  @OnConnected()
  connected() {}
}

const root = (hubs: string[]) =>
  WebPubSubModule.forRoot({ accessKey: ACCESS_KEY, hubs, logStart: false });

@Module({ imports: [WebPubSubModule.forFeature('news')], providers: [NewsHub] })
class NewsModule {}

async function start(metadata: Parameters<typeof startHost>[1]): Promise<void> {
  const host = await startHost('express', { listen: false, ...metadata });
  await host.close();
}

describe('the hub of a class of handlers', () => {
  it('is any when the application names none', async () => {
    await expect(start({ imports: [root([])], providers: [NewsHub] })).resolves.toBeUndefined();
  });

  it('is one of those that the application names, wherever it does', async () => {
    await expect(start({ imports: [root(['chat']), NewsModule] })).resolves.toBeUndefined();
  });

  it('is refused by name when it is none of them', async () => {
    await expect(start({ imports: [root(['chat'])], providers: [NewsHub] })).rejects.toThrow(
      /NewsHub[^]*'news'[^]*chat/,
    );
  });
});
