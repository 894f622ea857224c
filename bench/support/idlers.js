import { setTimeout as delay } from 'node:timers/promises';
import { groupName, Publisher } from './publisher.js';
import { connectAll, Subscriber } from './subscriber.js';

const GROUP = groupName(999);
const FILL_BYTES = 64 * 1024;

/**
 * Subscribers that never read. The operating system takes megabytes for each of them before a server
 * notices: so much is sent to them first, apart from everybody else.
 */
export class Idlers {
  #subscribers;

  constructor(target, count) {
    this.target = target;
    this.#subscribers = Array.from({ length: count }, () => new Subscriber(target));
  }

  async connect() {
    if (this.#subscribers.length === 0) return;
    await connectAll(this.#subscribers);
    for (const one of this.#subscribers) one.join(GROUP);
    await delay(500);
    for (const one of this.#subscribers) one.pause();
  }

  async fill(bytes) {
    if (this.#subscribers.length === 0) return;
    const publisher = new Publisher(this.target, 'post', 'x'.repeat(FILL_BYTES));
    await publisher.start();
    for (let sent = 0; sent < bytes; sent += FILL_BYTES) await publisher.publish(0, GROUP);
    publisher.close();
    await delay(500);
  }

  close() {
    for (const one of this.#subscribers) one.close();
  }
}
