import { getHubToken, type WebPubSubHub } from 'nestjs-web-pubsub';
import { FAULTS, FaultyProxy } from '../../support/faulty.proxy.js';
import { ProtobufClient } from '../../support/protobuf.client.js';
import { startStage, type Stage } from '../../support/stage.js';

const MESSAGES = 20_000;
const CUTS = 200;

describe('a minimal client of protobuf.reliable.webpubsub.azure.v1', () => {
  let stage: Stage;
  let proxy: FaultyProxy;

  beforeAll(async () => {
    stage = await startStage('express');
    proxy = await FaultyProxy.start(stage.port);
  });

  afterAll(async () => {
    await proxy.close();
    await stage.close();
  });

  it(`loses nothing of ${MESSAGES} messages in ${CUTS} cuts of the network`, async () => {
    const url = `ws://127.0.0.1:${proxy.port}${stage.target({ groups: ['room'] })}`;
    const client = await ProtobufClient.connect(url, 'protobuf.reliable.webpubsub.azure.v1');
    const chat = stage.host.app.get<WebPubSubHub>(getHubToken('chat'));
    const received: string[] = [];
    let largest = 0;
    const burst = MESSAGES / CUTS;
    for (let cut = 0; cut < CUTS; cut += 1) {
      const broken = proxy.break(FAULTS[cut % FAULTS.length] ?? 'reset');
      for (let sent = 0; sent < burst; sent += 1) {
        await chat.sendToGroup('room', String(cut * burst + sent), { contentType: 'text/plain' });
      }
      await broken;
      await client.recover();
      while (received.length < (cut + 1) * burst) {
        const { data, sequenceId } = await client.hear();
        // The filter that the protocol asks of a client: what it has seen comes again after a cut.
        if (sequenceId <= largest) continue;
        largest = sequenceId;
        received.push(data[1].toString());
      }
      client.confirm(largest);
      await client.ping();
    }
    expect(received).toEqual(Array.from({ length: MESSAGES }, (_, index) => String(index)));
    expect(largest).toBe(MESSAGES);
  }, 120_000);
});
