import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { attachFront, type Front } from '../http/request-front.js';
import { reserveBody } from '../http/raw-body.js';
import { RequestRouter } from './platform/request-router.js';
import { mountedRoutes } from './platform/route-table.js';
import { REST_CONTROLLERS } from './rest.controllers.js';
import { REST_SETTINGS, type RestSettings } from './rest.settings.js';
import { RestRequest } from './rest-request.js';

/** Stands in front of the application's router, and prepares the requests that are for us. */
@Injectable()
export class RestFront implements OnModuleInit, OnApplicationShutdown {
  #front: Front | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    @Inject(REST_SETTINGS) private readonly settings: RestSettings,
  ) {}

  /** Nest has settled prefix and server by now, and does not listen yet. */
  onModuleInit(): void {
    // An application context has no adapter.
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | null | undefined;
    if (!this.settings.isServed || !adapter?.getHttpServer()) return;
    const router = new RequestRouter(mountedRoutes(REST_CONTROLLERS, this.config));
    this.#front = attachFront(adapter, (request) => prepare(request, router));
  }

  onApplicationShutdown(): void {
    this.#front?.detach();
  }
}

/** @returns whether the request was for us and had not been prepared yet */
function prepare(
  request: IncomingMessage & { originalUrl?: string },
  router: RequestRouter,
): boolean {
  if (RestRequest.isAttachedTo(request)) return false;
  const routed = router.route(request.method ?? '', request.url ?? '');
  if (!routed) return false;
  // Where both platforms look for what the caller wrote, as logs of the application do. An outer
  // application that ours is mounted in has been there before.
  request.originalUrl ??= request.url ?? '';
  request.url = routed.internalTarget;
  reserveBody(request);
  RestRequest.attach(request, request.originalUrl, routed);
  return true;
}
