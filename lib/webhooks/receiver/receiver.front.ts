import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { attachFront, type Front } from '../../http/request-front.js';
import { WebhookReceiver } from './webhook.receiver.js';

/**
 * Stands in front of the application, and takes the requests that are webhooks for it. Its guards,
 * pipes, interceptors and filters see the events, not these requests.
 */
@Injectable()
export class ReceiverFront implements OnModuleInit, OnApplicationShutdown {
  #front: Front | undefined;

  /** @param receiver `undefined` when the application receives no webhooks */
  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(WebhookReceiver) private readonly receiver: WebhookReceiver | undefined,
  ) {}

  onModuleInit(): void {
    const { receiver } = this;
    // An application context has no adapter.
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | null | undefined;
    if (receiver === undefined || !adapter?.getHttpServer()) return;
    this.#front = attachFront(adapter, (request, response) =>
      receiver.handle(request, response) ? 'taken' : false,
    );
  }

  async onApplicationShutdown(): Promise<void> {
    this.#front?.detach();
    await this.receiver?.close();
  }
}
