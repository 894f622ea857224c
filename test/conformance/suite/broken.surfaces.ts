import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { HubDriver, WebPubSubDriver } from '../../../lib/drivers/hub-driver.interface.js';
import { DriverSurface } from '../../../lib/verify/driver.surface.js';
import { RestSurface } from '../../../lib/verify/rest.surface.js';
import type { Surface } from '../../../lib/verify/surface.interface.js';
import { ACCESS_KEY } from '../../support/keys.js';

/** Milliseconds: long enough for what comes, short for what never does. */
export const SHORT_PATIENCE = 250;

type Break = (hub: HubDriver) => Partial<HubDriver>;

/** A driver some of whose operations are others. */
export function broken(
  driver: WebPubSubDriver,
  change: Break,
  patience = SHORT_PATIENCE,
): DriverSurface {
  return new DriverSurface('broken', { hub, isHealthy: () => driver.isHealthy() }, patience);

  function hub(name: string): HubDriver {
    const whole = driver.hub(name);
    const changed = change(whole);
    return new Proxy(whole, {
      get: (target, key: keyof HubDriver) => {
        const value: unknown = changed[key] ?? target[key];
        return typeof value === 'function' ? value.bind(changed[key] ? changed : target) : value;
      },
    });
  }
}

/** Every operation succeeds and does nothing; questions are answered with `answer`. */
export function idle(driver: WebPubSubDriver, answer: boolean): DriverSurface {
  const done = async (): Promise<void> => {};
  const say = async (): Promise<boolean> => answer;
  const surface = broken(driver, () => ({
    sendToAll: done,
    sendToGroup: done,
    sendToUser: done,
    sendToConnection: done,
    connectionExists: say,
    groupExists: say,
    userExists: say,
    userExistsInGroup: say,
    closeConnection: done,
    closeAllConnections: done,
    closeGroupConnections: done,
    closeUserConnections: done,
    addConnectionToGroup: say,
    removeConnectionFromGroup: say,
    addUserToGroup: say,
    removeConnectionFromAllGroups: say,
    addConnectionsToGroups: done,
    removeConnectionsFromGroups: done,
    listConnectionsInGroup: async () => ({
      members: answer ? [{ connectionId: 'somebody' }] : [],
      continuationToken: undefined,
    }),
    removeUserFromGroup: done,
    removeUserFromAllGroups: done,
    rememberUserInGroup: done,
    grantPermission: say,
    revokePermission: say,
    checkPermission: async () => (answer ? 'allowed' : 'denied'),
    explainFilter: async () => 7,
  }));
  return Object.assign(surface, { isHealthy: say });
}

/** No operation works. */
export function failing(driver: WebPubSubDriver): DriverSurface {
  const fail = async (): Promise<never> => {
    throw new Error('out of order');
  };
  const surface = broken(driver, (hub) => {
    const keys = Object.getOwnPropertyNames(Object.getPrototypeOf(hub) as object);
    return Object.fromEntries(
      keys
        .filter((key) => key !== 'constructor' && !/Token|close/.test(key))
        .map((key) => [key, fail]),
    );
  });
  return Object.assign(surface, { isHealthy: async () => false });
}

/** An endpoint for clients that is none of Web PubSub. */
export interface FakeEndpoint {
  /** Its clients, and operations of a real service. */
  readonly clients: Surface;
  /** Nothing but it. */
  readonly whole: Surface;
  close(): Promise<void>;
}

/** What it does with a client that it has let in. */
type Reception = (socket: WebSocket) => void;

/** Greets everybody as the same client, and says back what is said to it. */
export const echo: Reception = (socket) => {
  socket.send('{"type":"system","event":"connected","connectionId":"c","reconnectionToken":"t"}');
  socket.on('message', (data: Buffer, isBinary) => {
    socket.send(data, { binary: isBinary });
  });
};

export const hangUp: Reception = (socket) => {
  socket.close(4999);
};

/** Lets clients in, whoever they are. */
export async function fakeEndpoint(
  driver: WebPubSubDriver,
  receive: Reception,
): Promise<FakeEndpoint> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', receive);
  const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const baseUrl = `ws://${host}/`;
  const token = 'a.b.c';
  return {
    clients: broken(driver, () => ({
      getClientAccessToken: async () => ({
        token,
        baseUrl,
        url: `${baseUrl}?access_token=${token}`,
      }),
      userExists: async () => true,
    })),
    whole: new RestSurface(`Endpoint=http://${host};AccessKey=${ACCESS_KEY};`, {
      patience: SHORT_PATIENCE,
    }),
    close: async () => {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}
