import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import jwt from 'jsonwebtoken';
import { WebPubSubModule, WebPubSubService } from 'nestjs-web-pubsub';
import { announce } from '../support/announce.js';

const accessKey = 'benchmark-key-0123456789-abcdefghijklmnopqrstuvwxyz';
const [subprotocol, moduleOptions = '{}'] = process.argv.slice(2);
const isRaw = subprotocol === 'raw';

class AppModule {}
const app = await NestFactory.create(
  {
    module: AppModule,
    imports: [
      WebPubSubModule.forRoot({
        accessKey,
        hubs: ['bench'],
        logStart: false,
        ...JSON.parse(moduleOptions),
      }),
    ],
  },
  new FastifyAdapter(),
  { logger: ['error', 'warn'] },
);
await app.listen(0, '127.0.0.1');
const { port } = app.getHttpServer().address();
const base = `http://127.0.0.1:${port}`;
const sign = (path, claims = {}) =>
  jwt.sign({ aud: `${base}${path}`, ...claims }, accessKey, { expiresIn: '1h' });
const client = '/client/hubs/bench';
const role = ['webpubsub.joinLeaveGroup', 'webpubsub.sendToGroup'];
const hub = app.get(WebPubSubService).hub('bench');

/**
 * Bytes around the payload of a message to everybody and to a group, by subprotocol. Those of the
 * reliable one are without the digits of the number; those of protobuf are of payloads of up to 100.
 */
const ENVELOPES = {
  raw: [0, 0],
  'json.webpubsub.azure.v1': [
    '{"type":"message","from":"server","dataType":"text","data":""}'.length,
    '{"type":"message","from":"group","fromUserId":null,"group":"all000","dataType":"text","data":""}'
      .length,
  ],
  'json.reliable.webpubsub.azure.v1': [
    '{"type":"message","from":"server","dataType":"text","data":"","sequenceId":}'.length,
    '{"type":"message","from":"group","fromUserId":null,"group":"all000","dataType":"text","data":"","sequenceId":}'
      .length,
  ],
  'protobuf.webpubsub.azure.v1': [14, 21],
};
const [envelope, groupEnvelope] = ENVELOPES[subprotocol] ?? [undefined, undefined];

announce(
  {
    port,
    // The audience of a token is not looked at twice: it says the path of the operation.
    path: '/api/hubs/bench/:send?api-version=2024-12-01',
    authorization: `Bearer ${sign('/api/hubs/bench/:send')}`,
    groupPath: '/api/hubs/bench/groups/%/:send?api-version=2024-12-01',
    groupTokenOf: { prefix: base, key: accessKey },
    upgradePath: `${client}?access_token=${sign(client, { role })}`,
    subprotocol: isRaw ? undefined : subprotocol,
    joinFrame: '{"type":"joinGroup","group":"%"}',
    publishFrame: '{"type":"sendToGroup","group":"all000","dataType":"text","data":"%"}',
    envelope,
    groupEnvelope,
  },
  {
    slowConsumers: () => hub.getSlowConsumerCounts(),
    publish: (text, group) => {
      const options = { contentType: 'text/plain' };
      if (group === undefined) void hub.sendToAll(text, options);
      else void hub.group(group).sendToAll(text, options);
    },
  },
);
