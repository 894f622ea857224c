import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Subscriber } from './subscriber.js';

// One POST fans out to all subscribers; the window keeps the server busy and the queues short.
const WINDOW = 128;
const CALLERS = 50;
const CONNECTIONS_AT_ONCE = 100;

const { target, members, payloadBytes, seconds } = JSON.parse(process.argv[2]);
const payload = 'x'.repeat(payloadBytes);
const body = payloadBytes + target.envelope;
const frameBytes = body + (body < 126 ? 2 : 4);

let received = 0;
let wake = () => {};
const subscribers = Array.from({ length: members }, () => {
  return new Subscriber(target, (bytes) => {
    received += bytes;
    wake();
  });
});
for (let at = 0; at < members; at += CONNECTIONS_AT_ONCE) {
  await Promise.all(subscribers.slice(at, at + CONNECTIONS_AT_ONCE).map((one) => one.connect()));
}
await delay(500);
for (const subscriber of subscribers) subscriber.start();

const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
function post() {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'text/plain', 'content-length': payloadBytes };
    if (target.authorization) headers.authorization = target.authorization;
    const { port, path } = target;
    const call = request({ agent, host: '127.0.0.1', port, path, method: 'POST', headers });
    call.on('response', (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 202) resolve();
        else reject(new Error(`POST answered ${response.statusCode}`));
      });
    });
    call.on('error', reject);
    call.end(payload);
  });
}

let posted = 0;
const start = process.hrtime.bigint();
const end = start + BigInt(seconds * 1e9);
const delivered = () => received / frameBytes;
const changed = () => new Promise((resolve) => (wake = resolve));
async function caller() {
  while (process.hrtime.bigint() < end) {
    if (posted * members - delivered() >= WINDOW * members) {
      await changed();
      continue;
    }
    posted += 1;
    await post();
  }
}
await Promise.all(Array.from({ length: CALLERS }, caller));
const deadline = Date.now() + 10_000;
while (delivered() < posted * members && Date.now() < deadline)
  await Promise.race([changed(), delay(50)]);
const elapsed = Number(process.hrtime.bigint() - start) / 1e9;

// A lost delivery, or one too many, makes the number worthless.
const wrong = subscribers.filter(({ bytes }) => bytes !== posted * frameBytes).length;
for (const subscriber of subscribers) subscriber.close();
agent.destroy();
process.stdout.write(
  `${JSON.stringify({ posted, elapsed, wrong, perSecond: (posted * members) / elapsed })}\n`,
);
