import { ProtobufClient } from '../../support/protobuf.client.js';
import { ReliableClient } from '../../support/reliable.client.js';
import { startStage } from '../../support/stage.js';
import { MqttApp } from '../mqtt/mqtt.app.js';

function timers(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
}

describe('closing the application while clients are away', () => {
  it('ends their connections, and leaves no timer of a recovery window', async () => {
    const before = timers();
    const stage = await startStage('fastify');
    const json = await ReliableClient.connect(stage);
    const url = `ws://127.0.0.1:${stage.port}${stage.target({ userId: 'bob' })}`;
    const protobuf = await ProtobufClient.connect(url, 'protobuf.reliable.webpubsub.azure.v1');
    await json.cut();
    protobuf.wire.socket.terminate();
    await protobuf.wire.closed;
    expect((await stage.api('HEAD', '/users/bob')).status).toBe(200);

    await stage.close();
    expect(stage.sink.disconnecteds.map(({ reason }) => reason)).toEqual([
      'The service is reloading.',
      'The service is reloading.',
    ]);
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('ends MQTT sessions that wait for their client', async () => {
    const before = timers();
    const app = await MqttApp.start();
    const subscriber = await app.connect(5, {
      clientId: 'sensor',
      clean: true,
      properties: { sessionExpiryInterval: 30 },
    });
    subscriber.client.stream.destroy();
    await subscriber.closed();
    expect((await app.stage.api('HEAD', '/connections/sensor')).status).toBe(200);
    await app.close();
    expect(app.stage.sink.disconnecteds).toHaveLength(1);
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
