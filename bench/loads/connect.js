import { report } from '../support/control.js';
import { Subscriber } from '../support/subscriber.js';

/** Handshakes a second, with the token checked, so many at a time. */
const { target, seconds, atOnce = 50 } = JSON.parse(process.argv[2]);

let connected = 0;
const end = Date.now() + seconds * 1000;
const start = process.hrtime.bigint();
async function visitor() {
  while (Date.now() < end) {
    const one = new Subscriber(target);
    await one.connect();
    connected += 1;
    one.close();
  }
}
await Promise.all(Array.from({ length: atOnce }, visitor));
const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
report({ wrong: 0, perSecond: connected / elapsed });
