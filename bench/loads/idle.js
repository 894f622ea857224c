import { inspect, report } from '../support/control.js';
import { connectAll, Subscriber } from '../support/subscriber.js';

/** Memory of a server for connections that do nothing. */
const { target, connections } = JSON.parse(process.argv[2]);

async function open(count) {
  const opened = Array.from({ length: count }, () => new Subscriber(target));
  await connectAll(opened, 1000);
  return opened;
}

// The first connections pay for code and pools that later ones share.
const warm = await open(200);
const before = await inspect(target);
const idle = await open(connections);
const after = await inspect(target);
const lost = idle.filter(({ socket }) => socket.destroyed).length;
for (const subscriber of [...warm, ...idle]) subscriber.close();
report({ wrong: lost, bytesEach: (after.rss - before.rss) / connections });
