import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebPubSubClient, WebPubSubJsonProtocol } from '@azure/web-pubsub-client';
import type { ServerDataMessage } from '@azure/web-pubsub-client';
import {
  WebPubSubEventHandler,
  type ConnectedRequest,
  type ConnectRequest,
  type DisconnectedRequest,
  type GroupJoinedRequest,
  type MqttConnectRequest,
  type MqttDisconnectedRequest,
  type UserEventRequest,
  type WebPubSubEventHandlerOptions,
} from '@azure/web-pubsub-express';
import express from 'express';
import { deferred } from '../../support/deferred.js';
import { startEventStage, type EventStage } from '../../support/event-target.js';
import type { Persona } from '../../support/stage.js';
import { MqttApp } from '../mqtt/mqtt.app.js';

const JSON_PROTOCOL = { 'Sec-WebSocket-Protocol': 'json.webpubsub.azure.v1' };

/** An Express application with the middleware of the official SDK. */
interface Middleware {
  readonly urlTemplate: string;
  /** Method and path of everything that came. */
  readonly requests: string[];
  close(): Promise<void>;
}

async function startMiddleware(options?: WebPubSubEventHandlerOptions): Promise<Middleware> {
  const handler = new WebPubSubEventHandler('chat', options);
  const requests: string[] = [];
  const app = express();
  app.use((request, _response, next) => {
    requests.push(`${request.method} ${request.path}`);
    next();
  });
  app.use(handler.getMiddleware());
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urlTemplate: `http://127.0.0.1:${port}${handler.path}{event}`,
    requests,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A client of the official SDK that is in, and its next message from the server. */
async function startClient(stage: EventStage, persona?: Persona) {
  const client = new WebPubSubClient(stage.clientUrl(persona), {
    protocol: WebPubSubJsonProtocol(),
    autoReconnect: false,
    messageRetryOptions: { maxRetries: 0 },
    keepAliveIntervalInMs: 0,
    keepAliveTimeoutInMs: 0,
  });
  const reply = deferred<ServerDataMessage>();
  const connected = deferred<{ connectionId: string; userId: string }>();
  client.on('server-message', ({ message }) => reply.resolve(message));
  client.on('connected', (identity) => connected.resolve(identity));
  await client.start();
  return { client, reply: reply.promise, identity: await connected.promise };
}

describe('the official middleware for Express as webhook', () => {
  let stage: EventStage;
  let middleware: Middleware | undefined;
  beforeAll(async () => (stage = await startEventStage()));
  beforeEach(() => stage.begin());
  afterEach(async () => {
    await stage.clear();
    await middleware?.close();
    middleware = undefined;
  });
  afterAll(() => stage.close());

  async function use(options?: WebPubSubEventHandlerOptions): Promise<Middleware> {
    middleware = await startMiddleware(options);
    const groupPresenceEvents = { eventNames: ['joined', 'left'] as const };
    const { urlTemplate } = middleware;
    stage.use({ eventHandlers: [stage.handler({ urlTemplate, groupPresenceEvents })] });
    return middleware;
  }

  describe('validation', () => {
    it('passes where every service may come', async () => {
      const { requests } = await use();
      await startClient(stage);
      expect(requests.slice(0, 2)).toEqual([
        'OPTIONS /api/webpubsub/hubs/chat/validate',
        'POST /api/webpubsub/hubs/chat/connect',
      ]);
    });

    it('passes where this service may come, among others', async () => {
      await use({ allowedEndpoints: ['https://other.example', stage.url] });
      expect((await stage.upgrade(stage.target())).status).toBe(101);
    });

    it('fails where others may come alone', async () => {
      const { requests } = await use({ allowedEndpoints: ['https://other.example'] });
      expect((await stage.refusal(stage.target())).status).toBe(500);
      expect(requests).toEqual(['OPTIONS /api/webpubsub/hubs/chat/validate']);
    });
  });

  describe('connect', () => {
    it('brings everything the client has', async () => {
      const asked = deferred<ConnectRequest>();
      await use({
        handleConnect: (request, response) => {
          asked.resolve(request);
          response.success();
        },
      });
      const { identity } = await startClient(stage, { userId: 'ana', query: { room: '7' } });
      const { context, ...request } = await asked.promise;
      expect(context).toMatchObject({
        hub: 'chat',
        connectionId: identity.connectionId,
        eventName: 'connect',
        userId: 'ana',
        origin: `127.0.0.1:${stage.port}`,
        states: {},
        clientProtocol: 'default',
        signature: expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
      });
      expect(request).toMatchObject({
        claims: { sub: ['ana'] },
        query: { room: ['7'] },
        subprotocols: ['json.webpubsub.azure.v1'],
        clientCertificates: [],
      });
    });

    it('takes user, groups and roles, and a state for what follows', async () => {
      const told = deferred<ConnectedRequest>();
      await use({
        handleConnect: (_request, response) => {
          response.setState('since', 7);
          response.success({
            userId: 'bo',
            groups: ['room'],
            roles: ['webpubsub.joinLeaveGroup.lobby'],
          });
        },
        onConnected: (request) => told.resolve(request),
      });
      const { client, identity } = await startClient(stage, { userId: 'ana', roles: [] });
      expect(identity.userId).toBe('bo');
      await client.joinGroup('lobby');
      await expect(client.joinGroup('other')).rejects.toMatchObject({
        errorDetail: { name: 'Forbidden' },
      });
      const inRoom = deferred<unknown>();
      client.on('group-message', ({ message }) => inRoom.resolve(message.data));
      await stage.operate('POST', '/groups/room/:send', { text: 'to the room' });
      expect(await inRoom.promise).toBe('to the room');
      expect((await told.promise).context).toMatchObject({
        userId: 'bo',
        states: { since: 7 },
      });
    });

    it('takes the choice of a subprotocol', async () => {
      await use({
        handleConnect: (_request, response) => response.success({ subprotocol: 'x-own' }),
      });
      const offer = { 'Sec-WebSocket-Protocol': 'json.webpubsub.azure.v1, x-own' };
      const { headers } = await stage.upgrade(stage.target(), offer);
      expect(headers['sec-websocket-protocol']).toBe('x-own');
    });

    it.each([
      [400, 1],
      [401, 1],
      [500, 4],
    ] as const)('refuses with %i, its words are not for the client', async (status, attempts) => {
      const { requests } = await use({
        handleConnect: (_request, response) => {
          response.setState('a', 1);
          response.fail(status, 'its words');
        },
      });
      const refusal = await stage.refusal(stage.target(), JSON_PROTOCOL);
      expect(refusal.status).toBe(status);
      expect(refusal.body).not.toContain('its words');
      expect(requests.filter((request) => request.startsWith('POST'))).toHaveLength(attempts);
    });
  });

  describe('user events', () => {
    it.each<['text' | 'json' | 'binary', unknown, unknown]>([
      ['text', 'grüß', 'grüß'],
      ['json', { a: [1, 'ü'] }, { a: [1, 'ü'] }],
      ['json', 'a string', 'a string'],
      ['binary', new Uint8Array([0, 1, 255]).buffer, Buffer.of(0, 1, 255)],
    ])('of type %s arrive as they are', async (dataType, data, expected) => {
      const asked = deferred<UserEventRequest>();
      await use({
        handleUserEvent: (request, response) => {
          asked.resolve(request);
          response.success();
        },
      });
      const { client, identity } = await startClient(stage);
      const { ackId } = await client.sendEvent('orderPlaced', data as string, dataType);
      expect(ackId).toEqual(expect.any(Number));
      const { context, ...request } = await asked.promise;
      expect(request).toEqual({ dataType, data: expected });
      expect(context).toMatchObject({
        eventName: 'orderPlaced',
        connectionId: identity.connectionId,
      });
    });

    it.each<['text' | 'json' | 'binary', string | Buffer, unknown]>([
      ['text', 'grüß', 'grüß'],
      ['json', '{"a":[1]}', { a: [1] }],
      ['binary', Buffer.of(0, 1, 255), new Uint8Array([0, 1, 255]).buffer],
    ])('are answered with %s', async (dataType, data, expected) => {
      await use({
        handleUserEvent: (_request, response) => response.success(data as string, dataType),
      });
      const { client, reply } = await startClient(stage);
      await client.sendEvent('e1', 'x', 'text');
      expect(await reply).toMatchObject({ dataType, data: expected });
    });

    it('of raw clients are called message', async () => {
      await use({
        handleUserEvent: ({ context, data, dataType }, response) =>
          response.success(`${context.eventName} ${dataType} ${String(data)}`, 'text'),
      });
      const client = await stage.raw();
      client.send('hi');
      expect(await client.hear()).toBe('message text hi');
      client.send(Buffer.from('hi'));
      expect(await client.hear()).toBe('message binary hi');
    });

    it('that fail are failed acks, and the client stays', async () => {
      await use({
        handleUserEvent: ({ context }, response) =>
          context.eventName === 'bad' ? response.fail(400, 'its words') : response.success(),
      });
      const { client } = await startClient(stage);
      await expect(client.sendEvent('bad', 'x', 'text')).rejects.toMatchObject({
        errorDetail: { name: 'InternalServerError' },
      });
      await expect(client.sendEvent('good', 'x', 'text')).resolves.toMatchObject({
        isDuplicated: false,
      });
    });

    it('carry the states of before, and change them', async () => {
      const seen: unknown[] = [];
      const ended = deferred<DisconnectedRequest>();
      await use({
        handleConnect: (_request, response) => {
          response.setState('name', '日本');
          response.success();
        },
        handleUserEvent: ({ context }, response) => {
          seen.push({ ...context.states });
          if (context.eventName === 'set') response.setState('calls', seen.length);
          response.success();
        },
        onDisconnected: (request) => ended.resolve(request),
      });
      const { client } = await startClient(stage);
      for (const name of ['set', 'keep', 'set']) await client.sendEvent(name, 'x', 'text');
      client.stop();
      expect(seen).toEqual([
        { name: '日本' },
        { name: '日本', calls: 1 },
        { name: '日本', calls: 1 },
      ]);
      expect((await ended.promise).context.states).toEqual({ name: '日本', calls: 3 });
    });
  });

  describe('notifications', () => {
    it('tell who came and who has gone, and why', async () => {
      const came = deferred<ConnectedRequest>();
      const gone = deferred<DisconnectedRequest>();
      await use({
        onConnected: (request) => came.resolve(request),
        onDisconnected: (request) => gone.resolve(request),
      });
      const client = await stage.json({ userId: 'ana' });
      expect((await came.promise).context).toMatchObject({
        connectionId: client.id,
        userId: 'ana',
        eventName: 'connected',
      });
      client.close(1000, 'bye');
      expect(await gone.promise).toMatchObject({
        reason: 'bye',
        context: { connectionId: client.id, eventName: 'disconnected' },
      });
    });

    it('tell who is in a group (11.1)', async () => {
      const joined = deferred<GroupJoinedRequest>();
      const left = deferred<GroupJoinedRequest>();
      await use({
        onGroupJoined: (request) => joined.resolve(request),
        onGroupLeft: (request) => left.resolve(request),
      });
      const { client } = await startClient(stage);
      await client.joinGroup('room');
      expect(await joined.promise).toMatchObject({ group: 'room' });
      await client.leaveGroup('room');
      expect(await left.promise).toMatchObject({ group: 'room' });
    });
  });

  describe('MQTT clients', () => {
    let app: MqttApp;
    beforeEach(() => {
      app = new MqttApp(stage);
    });

    it('connect, raise events, and leave', async () => {
      const asked = deferred<MqttConnectRequest>();
      const came = deferred<ConnectedRequest>();
      const gone = deferred<MqttDisconnectedRequest>();
      await use({
        handleConnect: (request, response) => {
          asked.resolve(request as MqttConnectRequest);
          response.success({ mqtt: { userProperties: [{ name: 'a', value: '1' }] } });
        },
        onConnected: (request) => came.resolve(request),
        handleUserEvent: ({ data }, response) =>
          response.success(`you said ${String(data)}`, 'text'),
        onDisconnected: (request) => gone.resolve(request as MqttDisconnectedRequest),
      });
      const subscriber = await app.connect(5, {
        clientId: 'c1',
        username: 'ann',
        password: 'p@ss',
      });
      const request = await asked.promise;
      expect(request.context).toMatchObject({
        clientProtocol: 'mqtt',
        connectionId: 'c1',
        mqtt: { physicalConnectionId: expect.stringMatching(/./) },
      });
      expect(request.mqtt).toMatchObject({
        protocolVersion: 5,
        username: 'ann',
        password: 'cEBzcw==',
      });
      const { context } = await came.promise;
      expect(context.mqtt?.sessionId).toMatch(/./);
      subscriber.client.publish('$webpubsub/server/events/e1', 'hi', {
        properties: { contentType: 'text/plain' },
      });
      expect(await subscriber.next()).toMatchObject({
        topic: '$webpubsub/server/events/e1/succeeded',
        text: 'you said hi',
      });
      await subscriber.client.endAsync();
      const { mqtt } = await gone.promise;
      expect(mqtt).toMatchObject({ initiatedByClient: true, disconnectPacket: { code: 0 } });
    });

    it.each([
      [4, 5],
      [5, 138],
    ] as const)('of version %i are refused with code %i', async (version, code) => {
      await use({
        handleConnect: (_request, response) =>
          response.failWith({ mqtt: { code, reason: 'banned' } }),
      });
      await expect(app.connect(version)).rejects.toMatchObject({ code });
    });

    it.each([
      [4, 5],
      [5, 135],
    ] as const)('of version %i are refused for 401 with code %i', async (version, code) => {
      await use({ handleConnect: (_request, response) => response.fail(401, 'no') });
      await expect(app.connect(version)).rejects.toMatchObject({ code });
    });
  });
});
