import type { Target } from '../../lib/backplane/backplane.message.js';
import type { ClientRequest, Content } from '../support/client.requests.js';
import { ackNote, dataNote, shortened, type Dialect } from '../support/frame.notes.js';

/** What the model tells clients apart by. */
export interface ClientTraits {
  readonly id: string;
  readonly userId: string;
  readonly dialect: Dialect;
  readonly isReliable: boolean;
  readonly groups: readonly string[];
}

export interface ModelMessage {
  /** Absent: from the server. */
  readonly group?: string;
  readonly content: Content;
  /** 0 = never. */
  readonly expiresAt?: number;
}

/** Something a socket has to be written. */
interface Due {
  readonly note: string;
  readonly expiresAt: number;
}

/** One socket of a client, from its acceptance to its end. */
export class Sitting {
  readonly #due: Due[] = [];
  #isCut = false;
  #certain = 0;
  #farewell: readonly string[] = [];
  #endedAt = Infinity;

  add(note: string, expiresAt = 0): void {
    this.#due.push({ note, expiresAt });
  }

  get length(): number {
    return this.#due.length;
  }

  /** Nothing is added any more; what had to be written by then must have been. */
  end(now: number): void {
    this.#endedAt = now;
  }

  /** The same, but only this much is sure to have been written, and some last words behind it. */
  cut(now: number, certain = 0, farewell: readonly string[] = []): void {
    this.end(now);
    this.#isCut = true;
    this.#certain = certain;
    this.#farewell = farewell;
  }

  /** What should have been received, seeing what was: what expired in time may be missing. */
  expected(received: readonly string[], now: number): string[] {
    const known = new Set(received);
    const end = Math.min(this.#endedAt, now);
    const isExcused = ({ note, expiresAt }: Due): boolean =>
      expiresAt !== 0 && expiresAt <= end && !known.has(note);
    const count = (items: readonly Due[]): string[] =>
      items.filter((item) => !isExcused(item)).map(({ note }) => note);
    const all = count(this.#due);
    if (!this.#isCut) return all;
    const certain = count(this.#due.slice(0, this.#certain)).length;
    const heard = received.length - this.#farewell.length;
    return [...all.slice(0, Math.max(certain, heard)), ...this.#farewell];
  }

  /** What was written although its time was over. */
  late(received: readonly { readonly note: string; readonly at: number }[]): string[] {
    const expiries = new Map(this.#due.map(({ note, expiresAt }) => [note, expiresAt || Infinity]));
    return received.filter(({ note, at }) => at >= (expiries.get(note) ?? Infinity)).map(textOf);
  }
}

function textOf({ note }: { readonly note: string }): string {
  return note;
}

/** What one client has been promised. */
export class ModelClient {
  readonly groups: Set<string>;
  readonly sittings: Sitting[] = [];
  /** `undefined` while it has no socket. */
  sitting: Sitting | undefined;
  isOver = false;
  #lastId = 0;
  #unconfirmed: { readonly sequenceId: number; readonly message: ModelMessage }[] = [];
  readonly #acked = new Set<number>();

  constructor(
    readonly traits: ClientTraits,
    private readonly now: () => number,
  ) {
    this.groups = new Set(traits.groups);
    this.sit();
  }

  /** A new socket: first it hears who it is, then what it has not confirmed. */
  sit(): void {
    this.sitting?.cut(this.now());
    this.sitting = new Sitting();
    this.sittings.push(this.sitting);
    this.reply(`connected ${this.traits.id}`);
    const now = this.now();
    this.#unconfirmed = this.#unconfirmed.filter(({ message: { expiresAt = 0 } }) => {
      return expiresAt === 0 || expiresAt > now;
    });
    for (const { sequenceId, message } of this.#unconfirmed) this.#owe(message, sequenceId);
  }

  deliver(message: ModelMessage): void {
    if (this.isOver) return;
    if (!this.traits.isReliable) {
      this.#owe(message);
      return;
    }
    this.#lastId += 1;
    this.#unconfirmed.push({ sequenceId: this.#lastId, message });
    this.#owe(message, this.#lastId);
  }

  /** Acks, pongs and the like, which raw clients never see. */
  reply(note: string): void {
    if (this.traits.dialect !== 'raw') this.sitting?.add(note);
  }

  get lastId(): number {
    return this.#lastId;
  }

  confirm(upTo: number): void {
    this.#unconfirmed = this.#unconfirmed.filter(({ sequenceId }) => sequenceId > upTo);
  }

  hasAcked(ackId: number): boolean {
    return this.#acked.has(ackId);
  }

  acknowledge(ackId: number | undefined): void {
    if (ackId === undefined) return;
    this.#acked.add(ackId);
    this.reply(ackNote(ackId));
  }

  /** The socket broke. */
  lose(): void {
    this.sitting?.cut(this.now());
    this.sitting = undefined;
    if (!this.traits.isReliable) this.isOver = true;
  }

  /** The end, after everything it was promised, and a last word. */
  end(lastNote: string): void {
    this.sitting?.add(lastNote);
    this.sitting?.end(this.now());
    this.sitting = undefined;
    this.isOver = true;
  }

  closeByApplication(reason: string): void {
    const [last = '', ...before] = this.#lastWords(reason).toReversed();
    for (const note of before) this.sitting?.add(note);
    this.end(last);
  }

  /** The same somewhere in what it has been promised, but behind this much of it. */
  closeAmid(certain: number): void {
    this.sitting?.cut(this.now(), certain, this.#lastWords(''));
    this.sitting = undefined;
    this.isOver = true;
  }

  #lastWords(reason: string): string[] {
    const cause = reason === '' ? '' : ` Reason: ${reason}`;
    const text = `disconnected Application server closed the connection.${cause}`;
    return [...(this.traits.dialect === 'raw' ? [] : [text]), 'close 1000 '];
  }

  #owe({ group, content, expiresAt }: ModelMessage, sequenceId?: number): void {
    const { dataType, text } = content;
    const note =
      this.traits.dialect === 'raw'
        ? `${dataType === 'binary' ? 'binary' : 'text'} ${shortened(text)}`
        : dataNote(sequenceId, group, dataType, text);
    this.sitting?.add(note, expiresAt);
  }
}

/** The answers of the event handler: one at once, one when it goes on, and one as its result. */
export function answersTo(text: string): readonly [early: string, late: string, last: string] {
  return [`early ${text}`, `late ${text}`, `last ${text}`];
}

/** A hub that does everything at once, and remembers who has to be told what, in which order. */
export class Model {
  readonly clients: ModelClient[] = [];

  constructor(private readonly now: () => number) {}

  connect(traits: ClientTraits): ModelClient {
    const client = new ModelClient(traits, this.now);
    this.clients.push(client);
    return client;
  }

  select(target: Target): ModelClient[] {
    return this.clients.filter(({ traits, groups, isOver }) => {
      if (isOver) return false;
      switch (target.kind) {
        case 'all':
          return true;
        case 'group':
          return groups.has(target.group);
        case 'user':
          return traits.userId === target.userId;
        case 'connection':
          return traits.id === target.connectionId;
      }
    });
  }

  deliver(target: Target, message: ModelMessage, excluded: ReadonlySet<string> = new Set()): void {
    for (const client of this.select(target)) {
      if (!excluded.has(client.traits.id)) client.deliver(message);
    }
  }

  close(target: Target, reason: string): void {
    for (const client of this.select(target)) client.closeByApplication(reason);
  }

  /** @returns what happens when the request is done */
  process(client: ModelClient, request: ClientRequest): () => void {
    if (request.type === 'ping') {
      client.reply('pong');
      return () => {};
    }
    if (request.type === 'sequenceAck') {
      client.confirm(request.sequenceId);
      return () => {};
    }
    const { ackId } = request;
    if (ackId !== undefined && client.hasAcked(ackId)) {
      client.reply(ackNote(ackId, 'Duplicate'));
      return () => {};
    }
    return this.#execute(client, request);
  }

  #execute(
    client: ModelClient,
    request: Exclude<ClientRequest, { type: 'ping' | 'sequenceAck' }>,
  ): () => void {
    const acknowledge = (): void => client.acknowledge(request.ackId);
    switch (request.type) {
      case 'joinGroup':
        client.groups.add(request.group);
        return acknowledge;
      case 'leaveGroup':
        client.groups.delete(request.group);
        return acknowledge;
      case 'sendToGroup': {
        const { group, content } = request;
        const excluded = new Set(request.noEcho ? [client.traits.id] : []);
        this.deliver({ kind: 'group', group }, { group, content }, excluded);
        return acknowledge;
      }
      case 'event': {
        const [early, late, last] = answersTo(request.content.text);
        const answer = (text: string): void =>
          client.deliver({ content: { dataType: 'text', text } });
        answer(early);
        return () => {
          answer(late);
          answer(last);
          acknowledge();
        };
      }
    }
  }
}
