import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { rawRequest } from './raw-exchange.js';

/**
 * Looks at a request before anything else does, and may change it.
 *
 * @returns whether it has changed it now
 */
export type Prepare = (request: IncomingMessage) => boolean;

export interface Front {
  /** Lets requests pass untouched from now on. */
  detach(): void;
}

/**
 * Puts `prepare` in front of everything an application does with its requests, middleware registered
 * before the module included.
 */
export function attachFront(adapter: AbstractHttpAdapter, prepare: Prepare): Front {
  switch (adapter.getType()) {
    case 'express':
      return attachToExpress(adapter.getInstance<ExpressApplication>(), prepare);
    case 'fastify':
      return attachToFastify(adapter.getInstance<FastifyApplication>(), prepare);
    default:
      return attachToServer(adapter.getHttpServer() as Server, prepare);
  }
}

interface ExpressApplication {
  handle: (
    this: ExpressApplication,
    request: IncomingMessage,
    response: ServerResponse,
    next?: unknown,
  ) => void;
}

/** An Express application can stand behind several servers, but has one entrance. */
function attachToExpress(application: ExpressApplication, prepare: Prepare): Front {
  const { handle } = application;
  let isAttached = true;
  application.handle = function (request, response, next) {
    if (isAttached) prepare(request);
    handle.call(this, request, response, next);
  };
  return { detach: () => (isAttached = false) };
}

interface FastifyApplication {
  readonly server: Server;
  routing(request: IncomingMessage, response: ServerResponse): void;
  addHook(
    name: 'onRequest',
    hook: (
      request: { raw: IncomingMessage },
      reply: { raw: ServerResponse; hijack(): void },
      done: () => void,
    ) => void,
  ): void;
}

/**
 * The entrance of Fastify cannot be wrapped, so we listen on its server. Some requests do not come
 * from there: those of `inject()`, and those to further addresses of `localhost`, for which Fastify
 * opens servers of its own. They meet the hook, and enter a second time.
 */
function attachToFastify(application: FastifyApplication, prepare: Prepare): Front {
  const front = attachToServer(application.server, prepare);
  let isAttached = true;
  application.addHook('onRequest', ({ raw }, reply, done) => {
    if (!isAttached || !prepare(raw)) {
      done();
      return;
    }
    reply.hijack();
    application.routing(raw, reply.raw);
  });
  return {
    detach() {
      isAttached = false;
      front.detach();
    },
  };
}

function attachToServer(server: Server, prepare: Prepare): Front {
  const listener: RequestListener = (request) => {
    prepare(rawRequest(request));
  };
  server.prependListener('request', listener);
  return { detach: () => server.off('request', listener) };
}
