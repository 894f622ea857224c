import { getHubToken, type WebPubSubHub } from 'nestjs-web-pubsub';
import type { Target } from '../../lib/backplane/backplane.message.js';
import { textPayload } from '../../lib/engine/payload.js';
import type { ClientRequest, Content } from '../support/client.requests.js';
import { NotingClient } from '../support/noting.client.js';
import type { ApiRequest, Stage } from '../support/stage.js';
import { answersTo, Model, type ClientTraits, type ModelClient } from './write-order.model.js';
import type { Outsider } from './write-order.wire.steps.js';

/** A client on the wire. */
export interface Guest {
  readonly model: ModelClient;
  /** The latest one is the socket of now. */
  readonly sockets: NotingClient[];
  readonly url: string;
  readonly subprotocols: readonly string[];
  isPaused: boolean;
}

/** An application that clients and callers talk to over the wire, beside its model. */
export class WireWorld {
  readonly guests: Guest[] = [];
  readonly model = new Model(Date.now);
  readonly #chat: WebPubSubHub;

  constructor(private readonly stage: Stage) {
    this.#chat = stage.host.app.get<WebPubSubHub>(getHubToken('chat'));
    stage.sink.onUserEvent = async ({ payload, reply }) => {
      const [early, late, last] = answersTo(payload.bytes.toString());
      reply?.({ payload: textPayload(early) });
      await Promise.resolve();
      reply?.({ payload: textPayload(late) });
      return { handled: true, replies: [{ payload: textPayload(last) }] };
    };
  }

  async connect(
    { userId, dialect, isReliable, groups }: Omit<ClientTraits, 'id'>,
    protocol: string | undefined,
    query = '',
  ): Promise<Guest> {
    const { sink, port } = this.stage;
    const url = `ws://127.0.0.1:${String(port)}${this.stage.target({ userId, groups, query })}`;
    const subprotocols = protocol === undefined ? [] : [protocol];
    const known = sink.connecteds.length;
    const socket = await NotingClient.open(url, dialect, subprotocols);
    await sink.count('connecteds', () => known + 1);
    const id = sink.connecteds.at(-1)?.connection.connectionId ?? '';
    const model = this.model.connect({ id, userId, dialect, isReliable, groups });
    const guest = { model, sockets: [socket], url, subprotocols, isPaused: false };
    this.guests.push(guest);
    return guest;
  }

  /** Sends, and has it accepted. */
  async deliver(from: Outsider, target: Target, content: Content): Promise<void> {
    await (from === 'rest' ? this.#post(target, content) : this.#call(target, content));
  }

  /** The same, which is the next that everybody is promised. */
  async send(from: Outsider, target: Target, content: Content): Promise<void> {
    await this.deliver(from, target, content);
    const group = target.kind === 'group' ? { group: target.group } : {};
    this.model.deliver(target, { ...group, content });
  }

  /** Asks in one go; all of it is done when this resolves. */
  async ask(guest: Guest, requests: readonly ClientRequest[]): Promise<void> {
    await this.burst(guest, requests);
    for (const request of [...requests, PING]) this.model.process(guest.model, request)();
  }

  /** The same without the model. */
  async burst(guest: Guest, requests: readonly ClientRequest[]): Promise<void> {
    const socket = socketOf(guest);
    const pongs = pongsIn(socket) + 1;
    const pings = requests.filter(({ type }) => type === 'ping').length;
    for (const request of [...requests, PING]) socket.send(request);
    await socket.until(() => pongsIn(socket) >= pongs + pings);
  }

  async close(target: Target, reason: string, excluded: string): Promise<void> {
    const query = { ...(reason !== '' && { reason }), excluded };
    if (target.kind === 'connection') {
      const path = `/connections/${target.connectionId}`;
      await this.stage.operate('DELETE', path, reason === '' ? {} : { query: { reason } });
    } else {
      await this.stage.operate('POST', `${pathOf(target)}/:closeConnections`, { query });
    }
  }

  pause(guest: Guest): void {
    guest.isPaused = true;
    socketOf(guest).pause();
  }

  resume(guest: Guest): void {
    guest.isPaused = false;
    socketOf(guest).resume();
  }

  /** The client closes, perhaps before it has read what it was sent. */
  async leave(guest: Guest): Promise<void> {
    guest.model.end('close 1000 ');
    socketOf(guest).leave();
    this.resume(guest);
    await socketOf(guest).gone();
  }

  async lose(guest: Guest): Promise<void> {
    guest.model.lose();
    await socketOf(guest).cut();
  }

  /** A reliable client comes back, whether or not the service has seen it go. */
  async recover(guest: Guest): Promise<void> {
    const before = socketOf(guest);
    const url = new URL(guest.url);
    url.searchParams.set('awps_connection_id', before.identity.id);
    url.searchParams.set('awps_reconnection_token', before.identity.token);
    await before.cut();
    guest.model.sit();
    guest.isPaused = false;
    guest.sockets.push(
      await NotingClient.open(url.href, guest.model.traits.dialect, guest.subprotocols),
    );
  }

  /** A last message and the close of everybody, in one turn; resolves when all have read it. */
  async end(content: Content): Promise<void> {
    await this.send('hub', { kind: 'all' }, content);
    await this.#chat.closeAllConnections();
    this.model.close({ kind: 'all' }, '');
    for (const guest of this.guests) this.resume(guest);
    await Promise.all(this.guests.map(async (guest) => await socketOf(guest).gone()));
  }

  /** Forgets what happened, once the application knows that everybody has gone. */
  async clear(): Promise<void> {
    await this.stage.sink.count('disconnecteds', () => this.guests.length);
    this.stage.sink.reset();
  }

  async #post(target: Target, { dataType, text }: Content): Promise<void> {
    const body: Record<Content['dataType'], ApiRequest> = {
      text: { text },
      json: { json: text },
      binary: { bytes: Buffer.from(text) },
    };
    await this.stage.operate('POST', `${pathOf(target)}/:send`, body[dataType]);
  }

  async #call(target: Target, { dataType, text }: Content): Promise<void> {
    const message = dataType === 'binary' ? Buffer.from(text) : text;
    const options = { contentType: CONTENT_TYPES[dataType] };
    switch (target.kind) {
      case 'all':
        return this.#chat.sendToAll(message, options);
      case 'group':
        return this.#chat.sendToGroup(target.group, message, options);
      case 'user':
        return this.#chat.sendToUser(target.userId, message, options);
      case 'connection':
        return this.#chat.sendToConnection(target.connectionId, message, options);
    }
  }
}

const PING = { type: 'ping' } as const;

const CONTENT_TYPES = {
  text: 'text/plain',
  json: 'application/json',
  binary: 'application/octet-stream',
} as const;

export function socketOf(guest: Guest): NotingClient {
  return guest.sockets.at(-1) as NotingClient;
}

function pongsIn({ notes }: NotingClient): number {
  return notes.filter((note) => note === 'pong').length;
}

function pathOf(target: Target): string {
  switch (target.kind) {
    case 'all':
      return '';
    case 'group':
      return `/groups/${target.group}`;
    case 'user':
      return `/users/${target.userId}`;
    case 'connection':
      return `/connections/${target.connectionId}`;
  }
}
