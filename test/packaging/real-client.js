/** Uses a running application with the official packages, which it does not have itself. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { EventEmitter, on } from 'node:events';
import { WebPubSubServiceClient } from '@azure/web-pubsub';
import { WebPubSubClient, WebPubSubJsonProtocol } from '@azure/web-pubsub-client';
import { WebSocket } from 'ws';

const CLIENT_OPTIONS = {
  protocol: WebPubSubJsonProtocol(),
  autoReconnect: false,
  messageRetryOptions: { maxRetries: 0 },
};

async function post(url, body = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.text() };
}

/** Everything the client is sent, in order. */
function messagesOf(client) {
  const inbox = new EventEmitter();
  const messages = on(inbox, 'data', { signal: AbortSignal.timeout(20_000) });
  client.on('server-message', ({ message }) => inbox.emit('data', message.data));
  client.on('group-message', ({ message }) => inbox.emit('data', message.data));
  return async () => (await messages.next()).value[0];
}

async function statusOfHandshake(url) {
  const socket = new WebSocket(url, 'json.webpubsub.azure.v1');
  return await new Promise((resolve, reject) => {
    socket.on('open', () => reject(new Error('the client was let in')));
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode);
      response.destroy();
    });
  });
}

async function talk(client, service, url) {
  const next = messagesOf(client);
  await client.start();

  await client.sendEvent('say', { text: 'hello' }, 'json');
  deepEqual(await next(), { said: 'hello' }, '@InjectHub');
  deepEqual(await next(), { heard: 'hello' }, '@OnUserEvent and @OnConnect');
  // An exception that the module takes for a bug is logged as one, and complaints are not allowed.
  await rejects(client.sendEvent('say', { text: '' }, 'json'), { name: 'SendMessageError' });

  equal((await post(`${url}/whisper`, { text: 'psst' })).status, 202);
  deepEqual(await next(), { whispered: 'psst' }, '@SendToUser');
  equal((await post(`${url}/whisper`, {})).status, 400, 'ValidationPipe on a request');

  await service.sendToAll({ announced: true });
  deepEqual(await next(), { announced: true }, 'the REST API');
  equal(await service.userExists('ann'), true);
}

/**
 * @param url where the application listens
 * @throws AssertionError when the module does not do what it should
 */
export async function useAsClient(url, accessKey) {
  const connectionString = `Endpoint=${url};AccessKey=${accessKey};Version=1.0;`;
  const service = new WebPubSubServiceClient(connectionString, 'chat', {
    allowInsecureConnection: true,
  });
  const negotiated = JSON.parse((await post(`${url}/negotiate`)).body);
  const client = new WebPubSubClient(negotiated.url, CLIENT_OPTIONS);
  try {
    await talk(client, service, url);
  } finally {
    client.stop();
  }
  const mallory = await service.getClientAccessToken({ userId: 'mallory' });
  equal(await statusOfHandshake(mallory.url), 401, 'an exception of @OnConnect');
}
