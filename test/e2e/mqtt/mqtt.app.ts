import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { getHubToken, type WebPubSubHub } from 'nestjs-web-pubsub';
import { startStage, type Stage, type StageOptions } from '../../support/stage.js';

/** A message as an MQTT.js client got it. */
export interface Received {
  readonly topic: string;
  readonly text: string;
  readonly packet: IPublishPacket;
}

/** An MQTT.js client that remembers what it got. */
export class Subscriber {
  readonly #messages: Received[] = [];
  #wake: (() => void)[] = [];

  constructor(readonly client: MqttClient) {
    client.on('message', (topic, payload, packet) => {
      this.#messages.push({ topic, text: payload.toString(), packet });
      for (const resolve of this.#wake.splice(0)) resolve();
    });
    client.on('error', () => {});
  }

  /** The next message, in the order of arrival. */
  async next(): Promise<Received> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
    }
  }

  /** Settles when the client's socket has closed. */
  async closed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.client.once('close', () => resolve());
    });
  }

  /** The reason code of the DISCONNECT that the service sends. */
  async told(): Promise<number | undefined> {
    return await new Promise((resolve) => {
      this.client.once('disconnect', ({ reasonCode }) => resolve(reasonCode));
    });
  }
}

/** An application, and MQTT.js clients with tokens that its hub service has made for them. */
export class MqttApp {
  readonly #clients = new Set<MqttClient>();

  constructor(readonly stage: Stage) {}

  static async start(options?: StageOptions): Promise<MqttApp> {
    return new MqttApp(await startStage('express', options));
  }

  get hub(): WebPubSubHub {
    return this.stage.host.app.get<WebPubSubHub>(getHubToken('chat'), { strict: false });
  }

  async url(
    options: { userId?: string; roles?: string[]; groups?: string[] } = {},
  ): Promise<string> {
    const roles = ['webpubsub.joinLeaveGroup', 'webpubsub.sendToGroup'];
    return await this.hub.getClientAccessUrl({ roles, ...options, clientProtocol: 'mqtt' });
  }

  /** A client that is connected, or the reason why it is not. */
  async connect(
    version: 4 | 5,
    { url, ...options }: IClientOptions & { url?: string } = {},
  ): Promise<Subscriber> {
    const client = mqtt.connect(url ?? (await this.url()), {
      protocolVersion: version,
      reconnectPeriod: 0,
      ...options,
    });
    this.#clients.add(client);
    const subscriber = new Subscriber(client);
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', reject);
      client.once('close', () => reject(new Error('closed before it was connected')));
    });
    return subscriber;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.endAsync(true)));
    await this.stage.close();
  }
}
