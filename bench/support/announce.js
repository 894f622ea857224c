import { createServer } from 'node:http';

/**
 * @typedef {object} Description What a load has to know about a server.
 * @property {number} port
 * @property {string} path where a POST goes to everybody
 * @property {string} [groupPath] the same for one group; `%` stands for its name
 * @property {string} [authorization] header of both
 * @property {string} upgradePath
 * @property {string} [subprotocol]
 * @property {string[]} [hellos] frames a client has to send before it is one
 * @property {string} [joinFrame] how a client joins a group; `%` stands for its name
 * @property {string} [publishFrame] how a client sends `%` to the group `all000`
 * @property {number} envelope bytes around the payload of a message to everybody
 * @property {number} [groupEnvelope] bytes around that of a message to a group with a name of six letters
 * @property {number} [times] deliveries that each member gets for one publish; 1 unless said
 */

/**
 * Tells the runner where a server is, and does what a load asks for: say what it uses, and publish by
 * itself.
 *
 * @param {Description} description
 * @param {object} [controls]
 * @param {(text: string, group?: string) => void} [controls.publish]
 * @param {() => Promise<object>} [controls.slowConsumers] what became of clients that do not read
 */
export function announce(description, { publish, slowConsumers } = {}) {
  async function answer({ pathname, searchParams }) {
    if (pathname === '/publish') {
      const text = 'x'.repeat(Number(searchParams.get('bytes')));
      const group = searchParams.get('group') ?? undefined;
      for (let left = Number(searchParams.get('times')); left > 0; left -= 1) publish(text, group);
      return '';
    }
    if (searchParams.get('gc') === 'true') global.gc?.();
    return JSON.stringify({ ...usage(), slowConsumers: await slowConsumers?.() });
  }
  // A load may pause for longer than the default: a request on a socket that is being closed is lost.
  const control = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void answer(new URL(request.url, 'http://control')).then((body) => response.end(body));
  });
  control.listen(0, '127.0.0.1', () => {
    const { port: controlPort } = control.address();
    process.stdout.write(`${JSON.stringify({ envelope: 0, ...description, controlPort })}\n`);
  });
}

function usage() {
  const { user, system } = process.cpuUsage();
  return {
    rss: process.memoryUsage.rss(),
    mostRss: process.resourceUsage().maxRSS * 1024,
    cpuMicros: user + system,
  };
}
