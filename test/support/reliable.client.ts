import type { Persona, Stage } from './stage.js';
import { WireClient } from './wire.client.js';

export const RELIABLE_JSON = 'json.reliable.webpubsub.azure.v1';

/** A data message of a reliable connection. */
export interface Numbered {
  readonly sequenceId: number;
  readonly data: unknown;
}

/** A client of `json.reliable.webpubsub.azure.v1` that can lose its socket and come back. */
export class ReliableClient {
  private constructor(
    private readonly url: string,
    /** The socket of now. */
    public wire: WireClient,
    readonly id: string,
    public token: string,
  ) {}

  static async connect(stage: Stage, persona: Persona = {}): Promise<ReliableClient> {
    const url = `ws://127.0.0.1:${stage.port}${stage.target(persona)}`;
    const wire = await WireClient.open(url, [RELIABLE_JSON]);
    const { connectionId, reconnectionToken } = (await wire.hearJson()) as Connected;
    return new ReliableClient(url, wire, connectionId, reconnectionToken);
  }

  /** The URL that asks for the connection back. */
  recoveryUrl(overrides: { id?: string; token?: string; hub?: string } = {}): string {
    const url = new URL(this.url);
    if (overrides.hub !== undefined) url.pathname = `/client/hubs/${overrides.hub}`;
    url.searchParams.set('awps_connection_id', overrides.id ?? this.id);
    url.searchParams.set('awps_reconnection_token', overrides.token ?? this.token);
    return url.href;
  }

  /** Breaks the TCP connection without a word. */
  async cut(): Promise<void> {
    this.wire.socket.terminate();
    await this.wire.closed;
  }

  /** Comes back on a new socket, and takes the `connected` frame. */
  async recover(subprotocols: readonly string[] = [RELIABLE_JSON]): Promise<void> {
    this.wire = await WireClient.open(this.recoveryUrl(), subprotocols);
    const { connectionId, reconnectionToken } = (await this.wire.hearJson()) as Connected;
    if (connectionId !== this.id) throw new Error('another connection came back');
    this.token = reconnectionToken;
  }

  /** How the service closes a recovery that it does not accept. */
  static async refusal(url: string): Promise<{ code: number; reason: string }> {
    const wire = await WireClient.open(url, [RELIABLE_JSON]);
    return await wire.closed;
  }

  send(message: object): void {
    this.wire.send(JSON.stringify(message));
  }

  async hear(): Promise<Numbered> {
    return (await this.wire.hearJson()) as Numbered;
  }

  /** The next so many messages, as number and data. */
  async hearMany(count: number): Promise<[number, unknown][]> {
    const heard: [number, unknown][] = [];
    while (heard.length < count) {
      const { sequenceId, data } = await this.hear();
      heard.push([sequenceId, data]);
    }
    return heard;
  }
}

interface Connected {
  readonly connectionId: string;
  readonly reconnectionToken: string;
}
