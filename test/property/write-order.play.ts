import type { Target } from '../../lib/backplane/backplane.message.js';
import type { ClientRequest, Content } from '../support/client.requests.js';
import {
  ACTORS,
  GROUPS,
  USERS,
  type AckMode,
  type Parcel,
  type Step,
  type Whom,
} from './write-order.steps.js';
import { KINDS, RAW_GROUP, World, type Seat } from './write-order.world.js';

/** Listeners for each herd group: several of them are no crowd, and together one. */
const HERD_GROUP_SIZE = 50;

/** Turns until everything that is not blocked has been written, slice by slice. */
const TURNS_TO_SETTLE = 40;

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A script, played. */
export class Play {
  readonly #actors: Seat[] = [];
  readonly #herdGroups: string[] = [];
  readonly #lastAckIds = new Map<Seat, number>();

  private constructor(readonly world: World) {}

  /**
   * Actors of a kind stand together, so that they share what they are written, and all among the
   * herd, so that some are written to early and some late.
   */
  static async prepare(herd: number): Promise<Play> {
    const play = new Play(await World.start());
    for (let kind = 0; kind < KINDS.length; kind += 1) {
      await play.#admitHerd((herd * kind) / KINDS.length, (herd * (kind + 1)) / KINDS.length);
      for (let index = 0; index < ACTORS / KINDS.length; index += 1) {
        await play.#admitActor(kind, index);
      }
    }
    return play;
  }

  /** Actors of a kind have some groups in common, and not all of them. */
  async #admitActor(kind: number, index: number): Promise<void> {
    const { world } = this;
    const { protocol, ...traits } = KINDS[kind] as (typeof KINDS)[number];
    const turned = kind + index;
    const groups = GROUPS.filter((name, at) => name === 'crowd' || turned % (at + 2) === 0);
    const userId = USERS[turned % USERS.length] as string;
    await world.connect(
      { ...traits, id: `c${String(kind)}${String(index)}`, userId, groups },
      protocol,
    );
    this.#actors.push(world.seats.at(-1) as Seat);
  }

  async #admitHerd(from: number, to: number): Promise<void> {
    const [{ protocol }] = KINDS as [(typeof KINDS)[number]];
    for (let index = Math.ceil(from); index < to; index += 1) {
      const own = `herd${String(Math.floor(index / HERD_GROUP_SIZE))}`;
      if (!this.#herdGroups.includes(own)) this.#herdGroups.push(own);
      const listener = { id: `h${String(index)}`, userId: 'herd', groups: ['crowd', own] };
      await this.world.connect({ ...listener, dialect: 'raw', isReliable: false }, protocol);
    }
  }

  async take(step: Step, mark: number): Promise<void> {
    const { world } = this;
    switch (step.do) {
      case 'turn':
        return turn();
      case 'wait':
        world.now += step.ms;
        return;
      case 'send': {
        const excluded = step.except === undefined ? [] : [this.#actor(step.except).connection.id];
        const content = contentOf(step.parcel, mark);
        return world.send(this.#target(step.to), content, step.ttl, new Set(excluded));
      }
      case 'sweep':
        for (const [index, group] of this.#herdGroups.entries()) {
          world.send({ kind: 'group', group }, contentOf(step.parcel, mark, index));
        }
        return;
      case 'close':
        return world.close(this.#target(step.to), step.reason);
      default:
        return this.#act(this.#actor(step.who), step, mark);
    }
  }

  /** Everybody reads again, and nothing is left to be written. */
  async settle(): Promise<void> {
    for (const seat of this.world.blocked) this.world.drain(seat);
    for (let count = 0; count < TURNS_TO_SETTLE; count += 1) await turn();
  }

  /** Handlers that are still at work may end: nobody waits for them. */
  async end(): Promise<void> {
    for (const seat of this.#actors) await this.world.answer(seat);
    await this.world.stop();
  }

  async #act(seat: Seat, step: Extract<Step, { who: number }>, mark: number): Promise<void> {
    const { world } = this;
    switch (step.do) {
      case 'change':
        return seat.model.isOver ? undefined : world.change(seat, step.change, step.group);
      case 'recover':
        return world.recover(seat, step.isAccepted);
      case 'answer':
        return world.answer(seat);
      case 'block':
      case 'drain':
      case 'lose':
      case 'leave':
      case 'violate':
        return world[step.do](seat);
      default:
        return seat.model.traits.dialect === 'raw'
          ? this.#actRaw(seat, step, mark)
          : this.#actPubSub(seat, step, mark);
    }
  }

  /** The frames of a raw client are events or messages, and nothing else. */
  async #actRaw(seat: Seat, step: Asking, mark: number): Promise<void> {
    if (step.do !== 'publish' && step.do !== 'raise') return;
    const content = contentOf(step.parcel, mark);
    const asText =
      content.dataType === 'binary' ? content : ({ ...content, dataType: 'text' } as const);
    const isPublisher = seat.connection.protocol === KINDS.at(-1)?.protocol;
    const isHeld = step.do === 'raise' && step.isHeld;
    await this.world.request(
      seat,
      isPublisher
        ? { type: 'sendToGroup', group: RAW_GROUP, content: asText, noEcho: false }
        : { type: 'event', content: asText },
      isHeld,
    );
  }

  async #actPubSub(seat: Seat, step: Asking, mark: number): Promise<void> {
    const isHeld = step.do === 'raise' && step.isHeld;
    await this.world.request(seat, this.#requestOf(seat, step, mark), isHeld);
  }

  #requestOf(seat: Seat, step: Asking, mark: number): ClientRequest {
    switch (step.do) {
      case 'ping':
        return { type: 'ping' };
      case 'confirm':
        return { type: 'sequenceAck', sequenceId: Math.max(0, seat.model.lastId - step.behind) };
      case 'ask':
        return { type: step.change, group: step.group, ...this.#ackId(seat, step.ack, mark) };
      case 'raise': {
        const content = contentOf(step.parcel, mark);
        return { type: 'event', content, ...this.#ackId(seat, step.ack, mark) };
      }
      case 'publish': {
        const { group, noEcho } = step;
        const content = contentOf(step.parcel, mark);
        return {
          type: 'sendToGroup',
          group,
          content,
          noEcho,
          ...this.#ackId(seat, step.ack, mark),
        };
      }
    }
  }

  #ackId(seat: Seat, mode: AckMode, mark: number): { ackId?: number } {
    if (mode === 'none') return {};
    const ackId = (mode === 'again' ? this.#lastAckIds.get(seat) : undefined) ?? mark;
    this.#lastAckIds.set(seat, ackId);
    return { ackId };
  }

  #actor(index: number): Seat {
    return this.#actors[index] as Seat;
  }

  #target(whom: Whom): Target {
    if (whom.kind !== 'actor') return whom;
    return { kind: 'connection', connectionId: this.#actor(whom.who).connection.id };
  }
}

type Asking = Extract<Step, { do: 'publish' | 'raise' | 'ask' | 'ping' | 'confirm' }>;

/** A payload that can be told apart from all others. */
function contentOf({ dataType, padding }: Parcel, mark: number, part?: number): Content {
  const name = part === undefined ? `m${String(mark)}` : `m${String(mark)}.${String(part)}`;
  const text = `${name}${'x'.repeat(padding)}`;
  return { dataType, text: dataType === 'json' ? JSON.stringify(text) : text };
}
