import { once } from 'node:events';
import type { Server } from 'node:http';
import type { INestApplication, Provider } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { io } from 'socket.io-client';
import { WebSocket, WebSocketServer } from 'ws';

/** Somebody else's client, connected. */
export interface NeighbourClient {
  /** Sends a text to the neighbour and returns the neighbour's answer. */
  ask(text: string): Promise<string>;
  close(): Promise<void>;
}

/** Something else that serves WebSockets on the application's HTTP server. */
export interface Neighbour {
  readonly name: string;
  readonly providers: Provider[];
  configure(app: INestApplication): void;
  /** Attaches what is not part of Nest, once the application listens; returns how to detach it. */
  attach(server: Server): () => Promise<void>;
  connect(port: number): Promise<NeighbourClient>;
}

@WebSocketGateway({ path: '/ws' })
class WsGateway {
  @SubscribeMessage('echo')
  echo(@MessageBody() text: string): { event: string; data: string } {
    return { event: 'echo', data: text };
  }
}

@WebSocketGateway()
class SocketIoGateway {
  @SubscribeMessage('echo')
  echo(@MessageBody() text: string): string {
    return text;
  }
}

const nothingToDetach = (): (() => Promise<void>) => () => Promise.resolve();

export const NEIGHBOURS: readonly Neighbour[] = [
  {
    name: 'a WsAdapter gateway',
    providers: [WsGateway],
    configure: (app) => void app.useWebSocketAdapter(new WsAdapter(app)),
    attach: nothingToDetach,
    connect: (port) =>
      plainClient(`ws://127.0.0.1:${String(port)}/ws`, {
        wrap: (text) => JSON.stringify({ event: 'echo', data: text }),
        unwrap: (frame) => (JSON.parse(frame) as { data: string }).data,
      }),
  },
  {
    name: 'a socket.io gateway',
    providers: [SocketIoGateway],
    configure: (app) => void app.useWebSocketAdapter(new IoAdapter(app)),
    attach: nothingToDetach,
    connect: socketIoClient,
  },
  {
    name: 'a bare ws server',
    providers: [],
    configure: () => undefined,
    attach: (server) => {
      const webSockets = new WebSocketServer({ server, path: '/bare' });
      webSockets.on('connection', (socket) => {
        socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
      });
      return async () => {
        for (const client of webSockets.clients) client.terminate();
        webSockets.close();
        await once(webSockets, 'close');
      };
    },
    connect: (port) =>
      plainClient(`ws://127.0.0.1:${String(port)}/bare`, {
        wrap: (text) => text,
        unwrap: (frame) => frame,
      }),
  },
];

interface Wrapping {
  readonly wrap: (text: string) => string;
  readonly unwrap: (frame: string) => string;
}

async function plainClient(url: string, { wrap, unwrap }: Wrapping): Promise<NeighbourClient> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  return {
    ask: async (text) => {
      const answer = once(socket, 'message');
      socket.send(wrap(text));
      const [data] = (await answer) as [Buffer];
      return unwrap(data.toString());
    },
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

async function socketIoClient(port: number): Promise<NeighbourClient> {
  const socket = io(`http://127.0.0.1:${String(port)}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return {
    ask: async (text) => (await socket.emitWithAck('echo', text)) as string,
    close: async () => {
      socket.disconnect();
      await Promise.resolve();
    },
  };
}
