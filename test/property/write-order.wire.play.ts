import type { Target } from '../../lib/backplane/backplane.message.js';
import type { ClientRequest, Content } from '../support/client.requests.js';
import type { Stage } from '../support/stage.js';
import { answersTo } from './write-order.model.js';
import { ACTORS, GROUPS, USERS, type Parcel, type Whom } from './write-order.steps.js';
import type { WireRequest, WireStep } from './write-order.wire.steps.js';
import { raise } from './write-order.wire.storm.js';
import { socketOf, WireWorld, type Guest } from './write-order.wire.world.js';
import { KINDS, RAW_GROUP } from './write-order.world.js';

/** With the actors and the witness enough for a crowd. */
const HERD = 61;

/** More than the operating system buffers for who does not read, and less than the limit. */
const FLOOD = { count: 40, padding: 200_000 };

/** A script, played over the wire. */
export class WirePlay {
  readonly world: WireWorld;
  /** What it knew better than the model: the order within a storm is found out, not foretold. */
  readonly problems: string[] = [];
  readonly #actors: Guest[] = [];
  readonly #flooded = new Set<Guest>();
  #witness: Guest | undefined;
  #marks = 0;

  private constructor(stage: Stage) {
    this.world = new WireWorld(stage);
  }

  static async prepare(stage: Stage): Promise<WirePlay> {
    const play = new WirePlay(stage);
    const { world } = play;
    const raw = { dialect: 'raw', isReliable: false } as const;
    // It hears everything, whatever happens to the others.
    play.#witness = await world.connect({ ...raw, userId: 'witness', groups: GROUPS }, undefined);
    for (let index = 0; index < ACTORS; index += 1) await play.#admit(index);
    for (let index = 0; index < HERD; index += 1) {
      const isRaw = index % 2 === 0;
      const traits = { userId: 'herd', groups: ['crowd'], isReliable: false } as const;
      await (isRaw
        ? world.connect({ ...traits, dialect: 'raw' }, undefined)
        : world.connect({ ...traits, dialect: 'json' }, 'json.webpubsub.azure.v1'));
    }
    return play;
  }

  async #admit(index: number): Promise<void> {
    const kind = Math.floor((index * KINDS.length) / ACTORS);
    const { protocol, dialect, isReliable } = KINDS[kind] as (typeof KINDS)[number];
    const turned = kind + index;
    const groups = GROUPS.filter((name, at) => name === 'crowd' || turned % (at + 2) === 0);
    const userId = USERS[turned % USERS.length] as string;
    const isPublisher = kind === KINDS.length - 1;
    const query = isPublisher ? `webpubsub_mode=sendToGroup&group=${RAW_GROUP}` : '';
    const traits = { userId, dialect, isReliable, groups };
    this.#actors.push(await this.world.connect(traits, protocol.name, query));
  }

  async take(step: WireStep): Promise<void> {
    switch (step.do) {
      case 'send':
        for (const parcel of step.parcels) {
          const content = this.#content(parcel);
          if (this.#exists(step.to)) {
            await this.world.send(step.from, this.#target(step.to), content);
          }
        }
        return;
      case 'close': {
        const target = this.#target(step.to);
        await this.world.close(target, step.reason, this.#witnessed.model.traits.id);
        for (const client of this.world.model.select(target)) {
          if (client !== this.#witnessed.model) client.closeByApplication(step.reason);
        }
        return this.#letTheClosedRead();
      }
      case 'storm':
        return this.#storm(step);
      default:
        return this.#act(this.#actor(step.who), step);
    }
  }

  async end(): Promise<void> {
    for (const guest of this.#actors) {
      const { isOver, sitting } = guest.model;
      if (!isOver && sitting === undefined) await this.world.recover(guest);
    }
    await this.world.end(this.#content({ dataType: 'text', padding: 0 }));
  }

  async #act(guest: Guest, step: Extract<WireStep, { who: number }>): Promise<void> {
    const { model } = guest;
    if (step.do === 'recover') {
      if (!model.isOver && model.traits.isReliable) await this.world.recover(guest);
      return;
    }
    if (model.sitting === undefined) return;
    switch (step.do) {
      case 'pause':
      case 'resume':
        return this.world[step.do](guest);
      case 'lose':
      case 'leave':
        return this.world[step.do](guest);
      case 'flood':
        return this.#flood(guest);
      case 'confirm': {
        const sequenceId = Math.max(0, model.lastId - step.behind);
        const isAble = model.traits.dialect !== 'raw' && !guest.isPaused;
        return isAble ? this.world.ask(guest, [{ type: 'sequenceAck', sequenceId }]) : undefined;
      }
      case 'ask':
        if (guest.isPaused) return;
        return model.traits.dialect === 'raw'
          ? this.#askRaw(guest, step.requests)
          : this.world.ask(
              guest,
              step.requests.map((request) => this.#request(request)),
            );
    }
  }

  async #flood(guest: Guest): Promise<void> {
    if (this.#flooded.has(guest)) return;
    this.#flooded.add(guest);
    const target = { kind: 'connection', connectionId: guest.model.traits.id } as const;
    for (let index = 0; index < FLOOD.count; index += 1) {
      const content = this.#content({ dataType: 'text', padding: FLOOD.padding });
      await this.world.send('hub', target, content);
    }
  }

  /** The frames of a raw client are events or messages; the witness sees when the last one is done. */
  async #askRaw(guest: Guest, requests: readonly WireRequest[]): Promise<void> {
    const isPublisher = guest.url.includes('sendToGroup');
    for (const request of requests) {
      if (request.do !== 'publish' && request.do !== 'raise') continue;
      const { text } = this.#content({ dataType: 'text', padding: 0 });
      const content = { dataType: 'text', text } as const;
      const asked: ClientRequest = isPublisher
        ? { type: 'sendToGroup', group: RAW_GROUP, content, noEcho: false }
        : { type: 'event', content };
      const [hearer, note] = isPublisher
        ? [socketOf(this.#witnessed), `text ${text}`]
        : [socketOf(guest), `text ${answersTo(text)[2]}`];
      socketOf(guest).send(asked);
      await hearer.until(() => hearer.notes.includes(note));
      this.world.model.process(guest.model, asked)();
    }
  }

  async #storm(step: Extract<WireStep, { do: 'storm' }>): Promise<void> {
    const askers = step.actors
      .map((who) => this.#actor(who))
      .filter(({ isPaused, model }) => {
        return !isPaused && model.sitting !== undefined && model.traits.dialect !== 'raw';
      });
    const chosen = this.#actor(step.victim);
    const canBeClosed = chosen.model.sitting !== undefined && !askers.includes(chosen);
    const problems = await raise(
      {
        world: this.world,
        witness: this.#witnessed,
        askers,
        outsiders: step.outsiders,
        victim: canBeClosed ? chosen : undefined,
        after: Math.min(step.after, step.count - 1),
        noEcho: step.noEcho,
      },
      () => Array.from({ length: step.count }, () => this.#nextMark()),
    );
    this.problems.push(...problems);
    this.#letTheClosedRead();
  }

  /** Who was closed while it did not read has to read before the service gives it up. */
  #letTheClosedRead(): void {
    for (const guest of this.#actors) {
      if (guest.isPaused && guest.model.isOver) this.world.resume(guest);
    }
  }

  #request(request: WireRequest): ClientRequest {
    switch (request.do) {
      case 'ping':
        return { type: 'ping' };
      case 'raise': {
        const content = this.#content(request.parcel);
        return { type: 'event', content, ackId: this.#nextMark() };
      }
      case 'publish': {
        const { group, noEcho } = request;
        const content = this.#content(request.parcel);
        return { type: 'sendToGroup', group, content, noEcho, ackId: this.#nextMark() };
      }
      default:
        return { type: request.do, group: request.group, ackId: this.#nextMark() };
    }
  }

  #content({ dataType, padding }: Parcel): Content {
    const text = `m${String(this.#nextMark())}${'x'.repeat(padding)}`;
    return { dataType, text: dataType === 'json' ? JSON.stringify(text) : text };
  }

  #nextMark(): number {
    this.#marks += 1;
    return this.#marks;
  }

  #actor(index: number): Guest {
    return this.#actors[index] as Guest;
  }

  get #witnessed(): Guest {
    if (this.#witness === undefined) throw new Error('There is no witness.');
    return this.#witness;
  }

  /** REST refuses to send to a connection that is not there. */
  #exists(whom: Whom): boolean {
    return whom.kind !== 'actor' || !this.#actor(whom.who).model.isOver;
  }

  #target(whom: Whom): Target {
    if (whom.kind !== 'actor') return whom;
    return { kind: 'connection', connectionId: this.#actor(whom.who).model.traits.id };
  }
}
