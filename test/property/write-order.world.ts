import type { Target } from '../../lib/backplane/backplane.message.js';
import { MemoryBackplane } from '../../lib/backplane/memory/memory.backplane.js';
import type { Connection } from '../../lib/engine/connection.js';
import { Engine } from '../../lib/engine/engine.js';
import { Message } from '../../lib/engine/message.js';
import { textPayload, type Payload } from '../../lib/engine/payload.js';
import { Permissions } from '../../lib/engine/permissions.js';
import type { ClientProtocol } from '../../lib/engine/ports/client-protocol.interface.js';
import { jsonProtocol } from '../../lib/protocols/json/json.protocol.js';
import { reliableJsonProtocol } from '../../lib/protocols/json/reliable-json.protocol.js';
import { protobufProtocol } from '../../lib/protocols/protobuf/protobuf.protocol.js';
import { reliableProtobufProtocol } from '../../lib/protocols/protobuf/reliable-protobuf.protocol.js';
import { RawProtocol } from '../../lib/protocols/raw/raw.protocol.js';
import {
  jsonRequest,
  protobufRequest,
  type ClientRequest,
  type Content,
} from '../support/client.requests.js';
import { deferred, type Deferred } from '../support/deferred.js';
import { framesIn, noteOf, type Dialect } from '../support/frame.notes.js';
import { LoggingChannel } from '../support/logging.channel.js';
import { RecordingSink } from '../support/recording.sink.js';
import { EVERY_ROLE, RecordingDiagnostics } from '../unit/engine/support/engine.rig.js';
import { answersTo, Model, type ClientTraits, type ModelClient } from './write-order.model.js';

/** What a raw client that publishes publishes to. */
export const RAW_GROUP = 'some';

/** The kinds of clients, one after the other. */
export const KINDS: readonly {
  readonly dialect: Dialect;
  readonly isReliable: boolean;
  readonly protocol: ClientProtocol;
}[] = [
  { dialect: 'raw', isReliable: false, protocol: new RawProtocol({ mode: 'sendEvent' }) },
  { dialect: 'json', isReliable: false, protocol: jsonProtocol },
  { dialect: 'protobuf', isReliable: false, protocol: protobufProtocol },
  { dialect: 'json', isReliable: true, protocol: reliableJsonProtocol },
  { dialect: 'protobuf', isReliable: true, protocol: reliableProtobufProtocol },
  {
    dialect: 'raw',
    isReliable: false,
    protocol: new RawProtocol({ mode: 'sendToGroup', group: RAW_GROUP, noEcho: false }),
  },
];

const TEXT_OPCODE = 1;

/** A client: what the engine knows of it, its sockets, and what it should be told. */
export interface Seat {
  readonly connection: Connection;
  readonly model: ModelClient;
  readonly channels: LoggingChannel[];
  /** What it has asked for while a request was at work. */
  inbox: { readonly request: ClientRequest; readonly isHeld: boolean }[];
  /** The request at work, whose event handler waits for the test. */
  held: { readonly gate: Deferred<void>; readonly work: Promise<void>; finish(): void } | undefined;
}

/** An engine beside its model. Everything is done to both. */
export class World {
  now = 1_000_000;
  readonly seats: Seat[] = [];
  readonly diagnostics = new RecordingDiagnostics();
  readonly #model = new Model(() => this.now);
  readonly #sink = new RecordingSink();
  readonly #engine: Engine;
  readonly #notes = new WeakMap<Buffer, string[]>();
  #gate: Deferred<void> | undefined;

  private constructor() {
    this.#engine = new Engine({
      backplane: new MemoryBackplane(),
      events: this.#sink,
      diagnostics: this.diagnostics,
      clock: () => this.now,
      tokens: { issue: () => 'token', isValid: () => true },
    });
    this.#sink.onUserEvent = async ({ payload, reply }) => {
      const gate = this.#gate;
      const [early, late, last] = answersTo(payload.bytes.toString());
      reply?.({ payload: textPayload(early) });
      await gate?.promise;
      reply?.({ payload: textPayload(late) });
      return { handled: true, replies: [{ payload: textPayload(last) }] };
    };
  }

  static async start(): Promise<World> {
    const world = new World();
    await world.#engine.start();
    return world;
  }

  async connect(traits: ClientTraits, protocol: ClientProtocol): Promise<void> {
    const channel = new LoggingChannel(() => this.now);
    const { id, userId } = traits;
    const init = {
      id,
      identity: {},
      userId,
      permissions: new Permissions(EVERY_ROLE),
      protocol,
      subprotocol: undefined,
      state: undefined,
    };
    const { local } = this.#engine.serve('chat');
    const connection = await local.add(init, channel, traits.groups);
    connection.drained(channel);
    const model = this.#model.connect(traits);
    this.seats.push({ connection, model, channels: [channel], inbox: [], held: undefined });
  }

  send(target: Target, content: Content, ttl = 0, excluded?: ReadonlySet<string>): void {
    const expiresAt = ttl === 0 ? 0 : this.now + ttl;
    const group = target.kind === 'group' ? { group: target.group } : {};
    this.#model.deliver(target, { ...group, content, expiresAt }, excluded);
    const origin =
      target.kind === 'group'
        ? ({ from: 'group', group: target.group, fromUserId: null } as const)
        : ({ from: 'server' } as const);
    const message = new Message({ origin, payload: payloadOf(content), expiresAt });
    void this.#engine.hub('chat').deliver(target, message, excluded);
  }

  async change(seat: Seat, change: 'join' | 'leave', group: string): Promise<void> {
    if (change === 'join') seat.model.groups.add(group);
    else seat.model.groups.delete(group);
    const target = { kind: 'connection', connectionId: seat.connection.id } as const;
    await this.#engine.hub('chat').ask({ type: 'changeGroups', target, change, groups: [group] });
  }

  close(target: Target, reason: string): void {
    this.#model.close(target, reason);
    void this.#engine.hub('chat').close(target, reason);
  }

  /** A client asks; like its socket, the world takes one request of it at a time. */
  async request(seat: Seat, request: ClientRequest, isHeld = false): Promise<void> {
    if (seat.model.sitting === undefined) return;
    seat.inbox.push({ request, isHeld });
    await this.#work(seat);
  }

  /** The event handler is done with the request it was holding. */
  async answer(seat: Seat): Promise<void> {
    const { held } = seat;
    if (held === undefined) return;
    held.gate.resolve();
    await held.work;
    held.finish();
    seat.held = undefined;
    await this.#work(seat);
  }

  block(seat: Seat): void {
    channelOf(seat).takes = false;
  }

  /** Those who wait for a drain; nobody else needs one to be written to. */
  get blocked(): readonly Seat[] {
    return this.seats.filter((seat) => !channelOf(seat).takes);
  }

  drain(seat: Seat): void {
    channelOf(seat).drain();
    seat.connection.drained(channelOf(seat));
  }

  /** The socket breaks without a word. */
  lose(seat: Seat): void {
    if (seat.model.sitting === undefined) return;
    seat.model.lose();
    seat.inbox = [];
    channelOf(seat).abort();
    seat.connection.lost(channelOf(seat), '');
  }

  /** A reliable client comes back, whether or not the service has seen it go. */
  recover(seat: Seat, isAccepted: boolean): void {
    if (seat.model.isOver || !seat.model.traits.isReliable) return;
    const channel = new LoggingChannel(() => this.now);
    seat.channels.push(channel);
    seat.inbox = [];
    seat.model.sit();
    seat.connection.recover(channel);
    if (isAccepted) this.drain(seat);
    else this.block(seat);
  }

  /** The client says goodbye. */
  leave(seat: Seat): void {
    if (seat.model.sitting === undefined) return;
    seat.model.end('left');
    seat.connection.flushForClose(channelOf(seat));
    channelOf(seat).note('left');
    seat.connection.ended('');
  }

  /** The client breaks its protocol. */
  violate(seat: Seat): void {
    if (seat.model.sitting === undefined) return;
    seat.model.end('close 1007 broken');
    seat.connection.close(1007, 'broken');
  }

  /** What each socket of a client was written. */
  received(seat: Seat): { readonly note: string; readonly at: number }[][] {
    const { dialect } = seat.model.traits;
    return seat.channels.map(({ log }) =>
      log.flatMap(({ entry, at }) => {
        const notes = typeof entry === 'string' ? [entry] : this.#notesOf(dialect, entry);
        return notes.map((note) => ({ note, at }));
      }),
    );
  }

  async stop(): Promise<void> {
    await this.#engine.stop();
  }

  // Members share what they are written, so it is read once for all of them.
  #notesOf(dialect: Dialect, bytes: Buffer): string[] {
    let notes = this.#notes.get(bytes);
    if (notes === undefined) {
      notes = framesIn(bytes).map(({ opcode, payload }) => {
        return noteOf(dialect, payload, opcode === TEXT_OPCODE);
      });
      this.#notes.set(bytes, notes);
    }
    return notes;
  }

  async #work(seat: Seat): Promise<void> {
    const { connection, model } = seat;
    while (seat.held === undefined && model.sitting !== undefined) {
      const next = seat.inbox.shift();
      if (next === undefined) return;
      const gate = deferred<void>();
      this.#gate = next.isHeld ? gate : undefined;
      const work = this.#process(connection, next.request, model.traits.dialect);
      const finish = this.#model.process(model, next.request);
      if (next.isHeld && work !== undefined) {
        seat.held = { gate, work, finish };
      } else {
        await work;
        finish();
      }
    }
  }

  #process(
    connection: Connection,
    request: ClientRequest,
    dialect: Dialect,
  ): Promise<void> | undefined {
    const { processor } = this.#engine.serve('chat');
    const [data, isBinary] = encoded(request, dialect);
    return processor.process(connection, connection.protocol.decode(data, isBinary));
  }
}

function channelOf(seat: Seat): LoggingChannel {
  return seat.channels.at(-1) as LoggingChannel;
}

function payloadOf({ dataType, text }: Content): Payload {
  return { dataType, bytes: Buffer.from(text) };
}

function encoded(request: ClientRequest, dialect: Dialect): [data: Buffer, isBinary: boolean] {
  switch (dialect) {
    case 'json':
      return [Buffer.from(jsonRequest(request)), false];
    case 'protobuf':
      return [protobufRequest(request), true];
    case 'raw': {
      if (!('content' in request)) throw new Error('A raw client has no such request.');
      const { dataType, text } = request.content;
      return [Buffer.from(text), dataType === 'binary'];
    }
  }
}
