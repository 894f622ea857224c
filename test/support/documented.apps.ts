import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AccessKeys, formatConnectionString, WebPubSubService } from 'nestjs-web-pubsub';
import { WireClient } from './wire.client.js';

/** Applications made of what a document shows, and their clients. */
export class DocumentedApps {
  readonly #apps: INestApplication[] = [];
  readonly #clients: WireClient[] = [];

  async start(
    module: unknown,
    configure: (app: INestApplication) => unknown = () => undefined,
  ): Promise<{ readonly app: INestApplication; readonly url: string }> {
    const app = await NestFactory.create(module as Type, { logger: false, abortOnError: false });
    this.#apps.push(app);
    await configure(app);
    await app.listen(0, '127.0.0.1');
    return { app, url: await app.getUrl() };
  }

  /** A client whose token says no more than what is asked for. */
  async connect(
    app: INestApplication,
    {
      hub = 'chat',
      query = '',
      subprotocols,
      ...token
    }: {
      readonly hub?: string;
      readonly query?: string;
      readonly subprotocols?: readonly string[];
      readonly userId?: string;
      readonly groups?: string[];
    } = {},
  ): Promise<WireClient> {
    const url = await app.get(WebPubSubService).hub(hub).getClientAccessUrl(token);
    return await this.open(`${url}&${query}`, subprotocols);
  }

  async open(
    url: string,
    subprotocols: readonly string[] = ['json.webpubsub.azure.v1'],
  ): Promise<WireClient> {
    const client = await WireClient.open(url, subprotocols);
    this.#clients.push(client);
    if (subprotocols.length > 0) client.connected = String(await client.hear());
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.socket.terminate();
    for (const app of this.#apps.splice(0)) await app.close();
  }
}

/** Of an application that listens at this URL. */
export function connectionStringOf(app: INestApplication, endpoint: string): string {
  return formatConnectionString({ endpoint, accessKey: app.get(AccessKeys).primary });
}

/** A message of a JSON client that raises an event, and wants to know how it went. */
export function raise(
  client: WireClient,
  event: string,
  data: unknown,
  { dataType = 'json', ackId = 1 } = {},
): void {
  client.send(JSON.stringify({ type: 'event', event, dataType, data, ackId }));
}
