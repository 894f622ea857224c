import { startStage, type Persona, type Stage, type StageOptions } from '../../support/stage.js';
import { MqttPeer, type ConnectOptions } from './mqtt.peer.js';

export const VERSIONS = [4, 5] as const;
export type Version = (typeof VERSIONS)[number];

/** A stage, and the MQTT peers on it. */
export class MqttScene {
  readonly #peers = new Set<MqttPeer>();

  constructor(readonly stage: Stage) {}

  static async start(options?: StageOptions): Promise<MqttScene> {
    return new MqttScene(await startStage('express', options));
  }

  get sink(): Stage['sink'] {
    return this.stage.sink;
  }

  /** The URL of a persona's handshake; `token` in place of a good one, '' for none. */
  url({ roles, groups, claims, ...who }: Persona = {}, token?: string): string {
    const good = this.stage.token({
      aud: `${this.stage.url}/clients/mqtt/hubs/chat`,
      ...('userId' in who ? { sub: who.userId } : {}),
      ...(roles && { role: roles }),
      ...(groups && { 'webpubsub.group': groups }),
      ...claims,
    });
    const query = token === '' ? '' : `?access_token=${token ?? good}`;
    return `ws://127.0.0.1:${String(this.stage.port)}/clients/mqtt/hubs/chat${query}`;
  }

  /** A peer whose WebSocket is open, and that has said nothing yet. */
  async open(version: Version, persona?: Persona): Promise<MqttPeer> {
    const peer = await MqttPeer.open(this.url(persona), version);
    this.#peers.add(peer);
    return peer;
  }

  /** A peer whose CONNECT was accepted. */
  async peer(version: Version, options: ConnectOptions = {}, persona?: Persona): Promise<MqttPeer> {
    const peer = await this.open(version, persona);
    const connack = await peer.connect(options);
    const code = version === 5 ? connack.reasonCode : connack.returnCode;
    if (code !== 0) throw new Error(`CONNACK ${String(code)}`);
    return peer;
  }

  /** Sends everybody home, ends sessions that are kept, and forgets what happened. */
  async clear(): Promise<void> {
    for (const peer of this.#peers) peer.socket.terminate();
    await Promise.all([...this.#peers].map(async ({ closed }) => await closed));
    this.#peers.clear();
    const ids = new Set(this.sink.connecteds.map(({ connection }) => connection.connectionId));
    for (const id of ids) await this.stage.operate('DELETE', `/connections/${id}`);
    await this.stage.clear();
  }

  async close(): Promise<void> {
    await this.stage.close();
  }
}
