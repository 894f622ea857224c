import { setTimeout as sleep } from 'node:timers/promises';
import type { HubDriver } from '../drivers/hub-driver.interface.js';
import { textPayload } from '../engine/payload.js';
import { CheckFailure, expectEqual } from './check.outcomes.js';
import type { RestAnswer, RestCaller, RestRequest } from './rest.caller.js';
import type { Surface } from './surface.interface.js';
import { VerifyClient, type ClientInit } from './verify.client.js';

/** The subprotocols that checks speak. */
export const JSON_PROTOCOL = 'json.webpubsub.azure.v1';
/** The one that numbers messages and recovers. */
export const RELIABLE_PROTOCOL = 'json.reliable.webpubsub.azure.v1';

/** Who connects, and how. */
export interface ClientOptions {
  /** `null` = anonymous. By default a name of its own. */
  readonly userId?: string | null;
  readonly groups?: readonly string[];
  /** By default every client may join and send everywhere. */
  readonly roles?: readonly string[];
  /** More query parameters of the URL. */
  readonly query?: Readonly<Record<string, string>>;
}

const EVERY_ROLE = ['webpubsub.joinLeaveGroup', 'webpubsub.sendToGroup'];
const MARKER = 'verify: that is all';
const POLL_MS = 20;
// Long enough for a closing handshake; whoever does not answer is cut off.
const CLOSING_MS = 1000;

/** What one check plays in: its hub, names that nobody else uses, and the clients it connects. */
export class Scene {
  readonly hub: HubDriver;
  readonly #clients: VerifyClient[] = [];

  /** @param mark tells the names of one check from those of all others, other runs too */
  constructor(
    readonly surface: Surface,
    readonly hubName: string,
    private readonly mark: string,
  ) {
    this.hub = surface.hub(hubName);
  }

  /** The requests of a check that is marked `isRestOnly`. */
  get rest(): RestCaller {
    const { rest } = this.surface;
    if (rest === undefined) throw new Error('A check that needs requests is not marked for it.');
    return rest;
  }

  /** A request below the hub. @param path without a slash at its start */
  async api(method: string, path: string, request?: RestRequest): Promise<RestAnswer> {
    return await this.rest.call(method, `api/hubs/${this.hubName}/${path}`, request);
  }

  /** The name of a group, user or connection that only this check uses. */
  named(word: string): string {
    return `${word}-${this.mark}`;
  }

  /** A client of the JSON subprotocol that has read its `connected` frame. */
  async json(options: ClientOptions = {}): Promise<VerifyClient> {
    return await this.#greeted(await this.connect(options, [JSON_PROTOCOL]));
  }

  /** The same for the reliable JSON subprotocol. */
  async reliable(options: ClientOptions = {}): Promise<VerifyClient> {
    return await this.#greeted(await this.connect(options, [RELIABLE_PROTOCOL]));
  }

  /** A client without a subprotocol; the service knows it. */
  async raw(options: Omit<ClientOptions, 'userId'> = {}): Promise<VerifyClient> {
    const client = await this.connect(options, []);
    await this.until(() => this.hub.userExists(client.userId), 'a raw client is there');
    return client;
  }

  /** A client that has not read anything. */
  async connect(options: ClientOptions, subprotocols: readonly string[]): Promise<VerifyClient> {
    const { userId = this.named(`user${String(this.#clients.length)}`), query } = options;
    const { url } = await this.hub.getClientAccessToken({
      ...(userId !== null && { userId }),
      roles: [...(options.roles ?? EVERY_ROLE)],
      groups: [...(options.groups ?? [])],
    });
    return await this.open(withQuery(url, query), { subprotocols }, userId ?? '');
  }

  /** A client of any URL, which is closed with the check. */
  async open(url: string, init: ClientInit = {}, userId = ''): Promise<VerifyClient> {
    const { patience } = this.surface;
    const client = await VerifyClient.open(url, init, { userId, patience });
    this.#clients.push(client);
    return client;
  }

  /** A new socket for a reliable client, as its SDK opens one. */
  async recover(client: VerifyClient, changes: Recovery = {}): Promise<VerifyClient> {
    const url = new URL(client.url);
    url.search = '';
    url.searchParams.set('awps_connection_id', changes.id ?? client.id);
    url.searchParams.set('awps_reconnection_token', changes.token ?? client.reconnectionToken);
    const again = await this.open(url.href, { subprotocols: [RELIABLE_PROTOCOL] }, client.userId);
    again.id = client.id;
    return again;
  }

  /** What a client got up to now: sends a last message and reads until it comes. */
  async heard(client: VerifyClient): Promise<string[]> {
    const marker = textPayload(MARKER);
    if (client.id === '') await this.hub.sendToUser(client.userId, marker);
    else await this.hub.sendToConnection(client.id, marker);
    const frames: string[] = [];
    for (;;) {
      const frame = (await client.hear()).toString();
      if (frame.includes(MARKER)) return frames;
      frames.push(frame);
    }
  }

  /** Fails unless a client got messages with these texts, in this order, and nothing else. */
  async expectTexts(client: VerifyClient, texts: readonly string[], who: string): Promise<void> {
    const frames = await this.heard(client);
    expectEqual(frames.map(dataOf), texts, `what ${who} received`);
  }

  /** Waits for an effect that may take a moment on a service of many machines. */
  async until(isSo: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + this.surface.patience;
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new CheckFailure(`it never came to this: ${what}`);
      await sleep(POLL_MS);
    }
  }

  /** Ends every client of the check; what is detached is ended by name. */
  async clear(): Promise<void> {
    await Promise.all(
      this.#clients.splice(0).map(async (client) => {
        const wasOpen = client.socket.readyState === client.socket.OPEN;
        if (wasOpen) await client.close(1000, CLOSING_MS).catch(() => {});
        client.socket.terminate();
        if (!wasOpen && client.reconnectionToken !== '') {
          await this.hub.closeConnection(client.id).catch(() => {});
        }
      }),
    );
  }

  async #greeted(client: VerifyClient): Promise<VerifyClient> {
    const frame = (await client.hear()).toString();
    client.connected = frame;
    const { event, connectionId, reconnectionToken } = parsed(frame);
    expectEqual(event, 'connected', 'the event of the first frame');
    client.id = String(connectionId);
    if (typeof reconnectionToken === 'string') client.reconnectionToken = reconnectionToken;
    return client;
  }
}

/** What a recovery says that is not true. */
export interface Recovery {
  readonly id?: string;
  readonly token?: string;
}

function withQuery(url: string, query: Readonly<Record<string, string>> = {}): string {
  const result = new URL(url);
  for (const [key, value] of Object.entries(query)) result.searchParams.set(key, value);
  return result.href;
}

/** The data of a message; the text of a frame that is none of a subprotocol. */
function dataOf(frame: string): unknown {
  const { data } = parsed(frame);
  return data ?? frame;
}

function parsed(frame: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(frame);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
