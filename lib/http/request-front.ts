import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { rawRequest } from './raw-exchange.js';

/**
 * Looks at a request before anything else does, and may change it, or take it: then it answers, and
 * the application does not see the request. May be called again for a request it has let pass.
 *
 * @returns whether it has changed the request now, or taken it
 */
export type Prepare = (request: IncomingMessage, response: ServerResponse) => boolean | 'taken';

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
    if (isAttached && prepare(request, response) === 'taken') return;
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
 * The entrance of Fastify cannot be wrapped, so we stand before it on its server. Some requests do
 * not come from there: those of `inject()`, and those to further addresses of `localhost`, for which
 * Fastify opens servers of its own. They meet the hook, after the hooks of plugins registered before;
 * one that was changed there enters a second time.
 */
function attachToFastify(application: FastifyApplication, prepare: Prepare): Front {
  const front = attachToServer(application.server, prepare);
  let isAttached = true;
  application.addHook('onRequest', ({ raw }, reply, done) => {
    const verdict = isAttached && prepare(raw, reply.raw);
    if (verdict === false) {
      done();
      return;
    }
    reply.hijack();
    if (verdict !== 'taken') application.routing(raw, reply.raw);
  });
  return {
    detach() {
      isAttached = false;
      front.detach();
    },
  };
}

/** A listener cannot keep a request from the others, so ours takes their place and calls them. */
function attachToServer(server: Server, prepare: Prepare): Front {
  const others = server.listeners('request') as RequestListener[];
  let isAttached = true;
  const listener: RequestListener = (request, response) => {
    if (isAttached && prepare(rawRequest(request), response) === 'taken') return;
    for (const other of others) other.call(server, request, response);
  };
  server.removeAllListeners('request');
  server.on('request', listener);
  return {
    detach() {
      isAttached = false;
      // Another front may have taken our place; it goes on calling us.
      if (!server.listeners('request').includes(listener)) return;
      server.off('request', listener);
      for (const other of others) server.on('request', other);
    },
  };
}
