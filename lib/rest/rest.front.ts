import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { attachFront, type Front, type Prepare } from '../http/request-front.js';
import { reserveBody } from '../http/raw-body.js';
import { DirectPipeline } from './direct.pipeline.js';
import { RequestRouter } from './platform/request-router.js';
import { mountedRoutes } from './platform/route-table.js';
import { REST_CONTROLLERS } from './rest.controllers.js';
import { REST_SETTINGS, type RestSettings } from './rest.settings.js';
import { RestRequest } from './rest-request.js';
import { RestTargets } from './rest-target.js';

/** Stands in front of the application's router, and prepares the requests that are for us. */
@Injectable()
export class RestFront implements OnModuleInit, OnApplicationShutdown {
  #front: Front | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: ApplicationConfig,
    private readonly module: ModuleRef,
    @Inject(REST_SETTINGS) private readonly settings: RestSettings,
  ) {}

  /** Nest has settled prefix and server by now, and does not listen yet. */
  onModuleInit(): void {
    // An application context has no adapter.
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | null | undefined;
    if (!this.settings.isServed || !adapter?.getHttpServer()) return;
    const routes = mountedRoutes(REST_CONTROLLERS, this.config);
    const targets = new RestTargets(new RequestRouter(routes));
    if (this.settings.pipeline === 'application') {
      this.#front = attachFront(adapter, (request) => prepare(request, targets));
      return;
    }
    const pipeline = new DirectPipeline(routes, (type) => this.module.get(type));
    this.#front = attachFront(adapter, (request, response) =>
      take(request, response, targets, pipeline),
    );
  }

  onApplicationShutdown(): void {
    this.#front?.detach();
  }
}

type Incoming = IncomingMessage & { originalUrl?: string };

/** @returns whether the request was for us and had not been prepared yet */
function prepare(request: Incoming, targets: RestTargets): boolean {
  if (RestRequest.isAttachedTo(request)) return false;
  const target = targets.find(request.method ?? '', request.url ?? '');
  if (!target) return false;
  // Where both platforms look for what the caller wrote, as logs of the application do. An outer
  // application that ours is mounted in has been there before.
  request.originalUrl ??= request.url ?? '';
  request.url = target.internalTarget;
  reserveBody(request);
  RestRequest.attach(request, request.originalUrl, target);
  return true;
}

function take(
  request: Incoming,
  response: ServerResponse,
  targets: RestTargets,
  pipeline: DirectPipeline,
): ReturnType<Prepare> {
  const target = targets.find(request.method ?? '', request.url ?? '');
  if (!target) return false;
  RestRequest.attach(request, request.originalUrl ?? request.url ?? '', target);
  void pipeline.run(target.route, request, response);
  return 'taken';
}
