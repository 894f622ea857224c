import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSocketServer, type AddressInfo, type Socket } from 'node:net';

/** A server that counts: what reached it, and over how many connections. */
export interface WebhookTarget {
  readonly port: number;
  /** `http://127.0.0.1:<port>/hook` */
  readonly url: URL;
  readonly requests: readonly IncomingMessage[];
  readonly connections: number;
  close(): Promise<void>;
}

/** Answers 204 when told nothing else. */
export async function listenHttp(
  listener: RequestListener = (_request, response) => response.writeHead(204).end(),
): Promise<WebhookTarget> {
  const requests: IncomingMessage[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: new URL(`http://127.0.0.1:${port}/hook`),
    requests,
    get connections() {
      return connections;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Speaks no HTTP: the test writes what it wants for each socket's first bytes. */
export async function listenRaw(
  answer: (socket: Socket, request: Buffer) => void,
): Promise<{ readonly url: URL; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => answer(socket, bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/hook`),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
