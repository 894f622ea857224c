import { WebPubSubClient } from '@azure/web-pubsub-client';
import { getHubToken, type WebPubSubHub } from 'nestjs-web-pubsub';
import { FAULTS, FaultyProxy } from '../../support/faulty.proxy.js';
import { startStage, type Stage } from '../../support/stage.js';

const MESSAGES = 20_000;
const CUTS = 200;

describe('the official client with its default, reliable protocol', () => {
  let stage: Stage;
  let proxy: FaultyProxy;

  beforeAll(async () => {
    // The client confirms once a second; this test sends more than the default 1000 in one.
    const limits = { reliableBufferMessages: 10_000 };
    stage = await startStage('fastify', { module: { limits } });
    proxy = await FaultyProxy.start(stage.port);
  });

  afterAll(async () => {
    await proxy.close();
    await stage.close();
  });

  it(`R30 loses nothing of ${MESSAGES} messages in ${CUTS} cuts of the network`, async () => {
    const url = `ws://127.0.0.1:${proxy.port}${stage.target({ groups: ['room'] })}`;
    const client = new WebPubSubClient(url);
    const received: number[] = [];
    const connectionIds = new Set<string>();
    let wake = (): void => {};
    client.on('connected', ({ connectionId }) => connectionIds.add(connectionId));
    client.on('group-message', ({ message }) => {
      received.push(message.data as number);
      wake();
    });
    await client.start();

    const chat = stage.host.app.get<WebPubSubHub>(getHubToken('chat'));
    const burst = MESSAGES / CUTS;
    for (let cut = 0; cut < CUTS; cut += 1) {
      const fault = FAULTS[cut % FAULTS.length] ?? 'reset';
      const broken = proxy.break(fault);
      for (let sent = 0; sent < burst; sent += 1) {
        await chat.sendToGroup('room', cut * burst + sent);
      }
      await broken;
      while (received.length < (cut + 1) * burst) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }

    expect(received).toEqual(Array.from({ length: MESSAGES }, (_, index) => index));
    expect(connectionIds.size).toBe(1);
    client.stop();
  }, 120_000);
});
