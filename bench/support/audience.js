import { setTimeout as delay } from 'node:timers/promises';
import { EvenDeliveries, NumberedDeliveries } from './deliveries.js';
import { groupName } from './publisher.js';
import { connectAll, Subscriber } from './subscriber.js';

/** Those who confirm at an interval do not do it all at once. */
const TURNS = 10;

/**
 * Everybody who reads: counts each delivery where it arrives, and knows in the end who got too few or
 * too many.
 */
export class Audience {
  /** Deliveries to all of them. */
  received = 0;
  #members;
  #waiting = [];
  #confirming;

  /**
   * @param {object} target what the server announced
   * @param {object} shape
   * @param {number} shape.members
   * @param {number} shape.payloadBytes
   * @param {number} [shape.groups] spread evenly over so many; 0 = everybody gets everything
   * @param {{ frame: string, every?: number, everyMs?: number }} [shape.confirm] messages are numbered,
   * and confirmed when so many have come, or so often; `%` stands for the last one received
   */
  constructor(target, { members, payloadBytes, groups = 0, confirm }) {
    this.groups = groups;
    const bytes = payloadBytes + (groups > 0 ? target.groupEnvelope : target.envelope);
    this.#members = Array.from({ length: members }, () =>
      confirm === undefined
        ? this.#reader(target, new EvenDeliveries(bytes))
        : this.#confirmer(target, new NumberedDeliveries(bytes), confirm),
    );
    if (confirm?.everyMs !== undefined) this.#confirmEvery(confirm.everyMs);
  }

  async connect() {
    const subscribers = this.#members.map(({ subscriber }) => subscriber);
    await connectAll(subscribers);
    if (this.groups > 0) {
      subscribers.forEach((one, index) => one.join(groupName(index % this.groups)));
      await delay(500);
    }
    for (const subscriber of subscribers) subscriber.start();
  }

  /** Resolves when something has arrived, or with {@link wake}. */
  changed() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Nobody waits any longer for what does not come. */
  wake() {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Waits until so many deliveries have come, or for so long that the rest is lost. */
  async reach(deliveries, patienceMs) {
    const deadline = Date.now() + patienceMs;
    while (this.received < deliveries && Date.now() < deadline) {
      await Promise.race([this.changed(), delay(50)]);
    }
  }

  /** Members that did not get exactly what they should have. @param {number[]} published by group */
  countWrong(published) {
    return this.#members.filter(
      ({ deliveries }, index) => !deliveries.isExactly(published[index % published.length]),
    ).length;
  }

  close() {
    clearInterval(this.#confirming);
    for (const { subscriber } of this.#members) subscriber.close();
  }

  #reader(target, deliveries) {
    const subscriber = new Subscriber(target, (bytes) => this.#count(deliveries.take(bytes)));
    return { subscriber, deliveries };
  }

  #confirmer(target, deliveries, { frame, every = Infinity }) {
    let confirmed = 0;
    const confirm = () => {
      if (deliveries.count === confirmed) return;
      confirmed = deliveries.count;
      subscriber.send(frame.replace('%', confirmed));
    };
    const subscriber = new Subscriber(target, (bytes) => {
      this.#count(deliveries.take(bytes));
      if (deliveries.count - confirmed >= every) confirm();
    });
    return { subscriber, deliveries, confirm };
  }

  #confirmEvery(milliseconds) {
    let turn = 0;
    this.#confirming = setInterval(() => {
      turn = (turn + 1) % TURNS;
      for (let at = turn; at < this.#members.length; at += TURNS) this.#members[at].confirm();
    }, milliseconds / TURNS);
  }

  #count(deliveries) {
    this.received += deliveries;
    if (this.#waiting.length > 0) this.wake();
  }
}
