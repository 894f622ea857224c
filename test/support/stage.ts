import jwt from 'jsonwebtoken';
import { WebPubSubModule, type WebPubSubModuleOptions } from 'nestjs-web-pubsub';
import { startHost, type Host, type HostOptions } from './host.app.js';
import { ACCESS_KEY } from './keys.js';
import type { Surface } from './platforms.js';
import { clientFrame, OPCODE, RawSocket, type ResponseHead } from './raw.socket.js';
import { RecordingSink } from './recording.sink.js';
import { WireClient } from './wire.client.js';

/** Claims of a client token; one given as `undefined` is left out. */
export type Claims = Readonly<Record<string, unknown>>;

/** Who connects: `ann`, who may join and send everywhere, unless it says otherwise. */
export interface Persona {
  readonly hub?: string;
  readonly userId?: string | undefined;
  readonly roles?: readonly string[];
  readonly groups?: readonly string[];
  readonly claims?: Claims;
  readonly query?: Readonly<Record<string, string>> | string;
  /** Connects without a token. */
  readonly anonymous?: boolean;
}

export interface ApiRequest {
  readonly query?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly json?: string;
  readonly bytes?: Buffer;
}

export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Upgrade extends ResponseHead {
  readonly raw: RawSocket;
  /** The payload of the next frame. */
  text(): Promise<string>;
}

const EVERY_ROLE = ['webpubsub.joinLeaveGroup', 'webpubsub.sendToGroup'];

/** An application with hub `chat`, its event handlers, and everybody who talks to it over the wire. */
export class Stage {
  readonly sink: RecordingSink;
  readonly #clients = new Set<WireClient>();
  readonly #sockets = new Set<RawSocket>();

  constructor(
    readonly host: Host,
    sink: RecordingSink,
    private readonly prefix: string,
  ) {
    this.sink = sink;
  }

  get url(): string {
    return this.host.url;
  }

  get port(): number {
    return this.host.port;
  }

  /** A client token for hub `chat` and user `ann`, valid for an hour. */
  token(claims: Claims = {}, key = ACCESS_KEY): string {
    const all = {
      aud: `${this.url}${this.prefix}/client/hubs/chat`,
      exp: Math.floor(Date.now() / 1000) + 3600,
      sub: 'ann',
      role: EVERY_ROLE,
      ...claims,
    };
    const given = Object.entries(all).filter(([, value]) => value !== undefined);
    return jwt.sign(Object.fromEntries(given), key, { noTimestamp: !('iat' in claims) });
  }

  /** The request target of a persona's handshake. */
  target({ hub = 'chat', roles, groups, claims, query, anonymous, ...who }: Persona = {}): string {
    const parameters = new URLSearchParams(query);
    if (anonymous !== true) {
      const token = this.token({
        aud: `${this.url}${this.prefix}/client/hubs/${hub}`,
        ...('userId' in who ? { sub: who.userId } : {}),
        ...(roles && { role: roles }),
        ...(groups && { 'webpubsub.group': groups }),
        ...claims,
      });
      parameters.append('access_token', token);
    }
    return `${this.prefix}/client/hubs/${hub}?${parameters.toString()}`;
  }

  /** Connects a client of `json.webpubsub.azure.v1`, and takes its `connected` frame. */
  async json(persona: Persona = {}): Promise<WireClient> {
    const client = await this.#open(persona, ['json.webpubsub.azure.v1']);
    client.connected = String(await client.hear());
    client.id = (JSON.parse(client.connected) as { connectionId: string }).connectionId;
    return client;
  }

  /** Connects a raw client, and waits until its `connected` event has told its id. */
  async raw(persona: Persona = {}): Promise<WireClient> {
    const known = new Set(this.sink.connecteds);
    const client = await this.#open(persona, []);
    const event = await this.sink.until('connecteds', (candidate) => !known.has(candidate));
    client.id = event.connection.connectionId;
    return client;
  }

  /** An upgrade request as it is, whatever comes of it, with frames right behind it. */
  async upgrade(
    target: string,
    headers: Readonly<Record<string, string | undefined>> = {},
    ...frames: readonly string[]
  ): Promise<Upgrade> {
    const raw = await this.connect();
    const trailer = Buffer.concat(frames.map((frame) => clientFrame(OPCODE.text, frame)));
    raw.request(target, headers, { trailer });
    const head = await raw.head();
    return { ...head, raw, text: async () => (await raw.frame()).payload.toString() };
  }

  /** The answer to an upgrade request that is not upgraded. */
  async refusal(
    target: string,
    headers: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Refusal> {
    const upgrade = await this.upgrade(target, headers);
    if (upgrade.status === 101) throw new Error('The upgrade was accepted.');
    const body = (await upgrade.raw.body(upgrade)).toString();
    return { status: upgrade.status, headers: upgrade.headers, body };
  }

  /** A client of `json.webpubsub.azure.v1` on a bare socket, its `connected` frame taken. */
  async rawSocket(persona: Persona = {}): Promise<RawSocket> {
    const headers = { 'Sec-WebSocket-Protocol': 'json.webpubsub.azure.v1' };
    const upgrade = await this.upgrade(this.target(persona), headers);
    if (upgrade.status !== 101) throw new Error(`Refused with ${String(upgrade.status)}.`);
    await upgrade.text();
    return upgrade.raw;
  }

  /** A TCP connection that has not said anything yet. */
  async connect(): Promise<RawSocket> {
    const raw = await RawSocket.connect(this.port);
    this.#sockets.add(raw);
    return raw;
  }

  /** A REST operation of hub `chat` that must succeed. */
  async operate(method: string, operation: string, request?: ApiRequest): Promise<void> {
    const { status } = await this.api(method, operation, request);
    if (status >= 300) throw new Error(`${method} ${operation} was answered ${String(status)}.`);
  }

  /** The id of the latest connection of a user. */
  idOf(userId: string): string {
    const event = this.sink.connecteds.findLast(({ connection }) => connection.userId === userId);
    if (event === undefined) throw new Error(`${userId} is not connected.`);
    return event.connection.connectionId;
  }

  /** The answer to a REST operation of hub `chat`. */
  async api(method: string, operation: string, request: ApiRequest = {}): Promise<Response> {
    const path = `${this.prefix}/api/hubs/chat${operation}`;
    const query = new URLSearchParams({ 'api-version': '2024-12-01', ...request.query });
    const { body, type } = bodyOf(request);
    const audience = { aud: `${this.url}${path}` };
    const response = await fetch(`${this.url}${path}?${query.toString()}`, {
      method,
      headers: {
        Authorization: `Bearer ${jwt.sign(audience, ACCESS_KEY, { expiresIn: 3600 })}`,
        ...(type && { 'Content-Type': type }),
      },
      ...(body !== undefined && { body }),
    });
    await response.arrayBuffer();
    return response;
  }

  /** Sends everybody home, waits until the application knows, and forgets what happened. */
  async clear(): Promise<void> {
    for (const client of this.#clients) client.socket.terminate();
    for (const raw of this.#sockets) raw.destroy();
    await Promise.all([...this.#clients, ...this.#sockets].map(async ({ closed }) => await closed));
    this.#clients.clear();
    this.#sockets.clear();
    await this.sink.count('disconnecteds', () => this.sink.connecteds.length);
    this.sink.reset();
  }

  async close(): Promise<void> {
    await this.host.close();
  }

  async #open(persona: Persona, subprotocols: readonly string[]): Promise<WireClient> {
    const url = `ws://127.0.0.1:${String(this.port)}${this.target(persona)}`;
    const client = await WireClient.open(url, subprotocols);
    this.#clients.add(client);
    return client;
  }
}

function bodyOf({ text, json, bytes }: ApiRequest): { body?: string | Buffer; type?: string } {
  if (text !== undefined) return { body: text, type: 'text/plain' };
  if (json !== undefined) return { body: json, type: 'application/json' };
  if (bytes !== undefined) return { body: bytes, type: 'application/octet-stream' };
  return {};
}

export interface StageOptions extends HostOptions {
  /** Options of the module beside the access key and hub `chat`. */
  readonly module?: Partial<WebPubSubModuleOptions>;
  /** Path in front of both surfaces. */
  readonly prefix?: string;
}

export async function startStage(
  surface: Surface,
  { module = {}, prefix = '', imports = [], ...host }: StageOptions = {},
): Promise<Stage> {
  const sink = new RecordingSink();
  const rest = surface === 'direct' ? { rest: pastTheApplication(module.rest) } : {};
  const options = { accessKey: ACCESS_KEY, hubs: ['chat'], logStart: false, ...module, ...rest };
  const started = await startHost(surface === 'direct' ? 'fastify' : surface, {
    ...host,
    imports: [...imports, WebPubSubModule.forRoot(options)],
    sink,
  });
  return new Stage(started, sink, prefix);
}

function pastTheApplication(rest: WebPubSubModuleOptions['rest']): WebPubSubModuleOptions['rest'] {
  return { ...(typeof rest === 'object' ? rest : {}), pipeline: 'direct' };
}
