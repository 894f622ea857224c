import { createServer } from 'node:http';
import { announce } from './announce.js';

/**
 * The HTTP side that all hand-made peers share: a POST to `/` goes to everybody, one to `/groups/name`
 * to a group.
 *
 * @param {(text: string, group: string | undefined) => void} publish
 */
export function createPeerServer(publish) {
  // Callers may pause for longer than the default: a POST on a socket that is being closed is lost.
  const options = { keepAliveTimeout: 60_000 };
  return createServer(options, (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const [, , group] = request.url.split('/');
      publish(Buffer.concat(chunks).toString(), group);
      response.writeHead(202, { 'content-length': 0 }).end();
    });
  });
}

/** Listens, and tells the runner. */
export function serve(server, publish, description) {
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    announce({ port, path: '/', groupPath: '/groups/%', ...description }, { publish });
  });
}

/** Members by group, for servers that have no groups of their own. */
export class Groups {
  #members = new Map();

  join(group, client) {
    const members = this.#members.get(group) ?? new Set();
    this.#members.set(group, members.add(client));
    client.on('close', () => members.delete(client));
  }

  members(group) {
    return this.#members.get(group) ?? [];
  }
}
