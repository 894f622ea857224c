import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { refuseUpgrade } from './refusal.js';

/** Who serves the upgrades of some paths. */
export interface UpgradeHandler {
  /** Whether an upgrade of this request target is ours. */
  servesUpgrade(target: string): boolean;
  /** Whether a plain request to this target can only be a mistaken upgrade. */
  expectsUpgrade(target: string): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

// Where Node's HTTP parser says that a request has come; the same since Node 12.
type OnIncoming = (request: IncomingMessage & { upgrade?: boolean }, keepAlive: boolean) => unknown;

const CONNECTION_EVENTS = ['connection', 'secureConnection'] as const;

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

/**
 * Takes our paths out of the HTTP server's events before anybody else sees them.
 *
 * Another listener cannot do that: the WebSocket adapters of Nest destroy every upgrade whose path
 * they do not know. So `emit` is wrapped; for all other paths it is as if we were not there.
 */
export class UpgradeDispatcher {
  readonly #original: Emit;
  #isAttached = true;

  constructor(
    private readonly server: Server,
    private readonly handlers: readonly UpgradeHandler[],
  ) {
    this.#original = server.emit.bind(server) as Emit;
    server.emit = this.#emit as Server['emit'];
    // Without any listener Node would treat an upgrade as a plain request.
    server.on('upgrade', this.#fallback);
    for (const event of CONNECTION_EVENTS) server.on(event, this.#watch);
  }

  /** Gives the server back; somebody who wrapped `emit` after us goes on undisturbed. */
  detach(): void {
    this.#isAttached = false;
    this.server.off('upgrade', this.#fallback);
    for (const event of CONNECTION_EVENTS) this.server.off(event, this.#watch);
    const current: unknown = Reflect.get(this.server, 'emit');
    if (current === this.#emit) this.server.emit = this.#original as Server['emit'];
  }

  readonly #emit: Emit = (event, ...args) => {
    if (this.#isAttached) {
      if (event === 'upgrade' && this.#upgraded(args)) return true;
      if (event === 'request' && this.#answered(args)) return true;
    }
    return this.#original(event, ...args);
  };

  #upgraded(args: unknown[]): boolean {
    const [request, socket, head] = args as [IncomingMessage, Duplex, Buffer];
    const handler = this.#handlerOf(request.url);
    handler?.upgrade(request, socket, head);
    return handler !== undefined;
  }

  #answered(args: unknown[]): boolean {
    const [request, response] = args as [IncomingMessage, ServerResponse];
    const { url = '' } = request;
    if (!this.handlers.some((handler) => handler.expectsUpgrade(url))) return false;
    response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('A WebSocket upgrade is expected here.');
    return true;
  }

  /**
   * Node asks only whether anybody listens for upgrades. When we alone do, a plain request that offers
   * one (HTTP clients of Java offer h2c) must be served as if nobody did.
   */
  readonly #watch = (socket: object): void => {
    const { parser } = socket as { parser?: { onIncoming?: OnIncoming | null } };
    const onIncoming = parser?.onIncoming;
    if (!parser || !onIncoming) return;
    parser.onIncoming = (request, keepAlive) => {
      if (request.upgrade && this.#isForNobody(request)) request.upgrade = false;
      return onIncoming(request, keepAlive);
    };
  };

  #isForNobody({ method, url = '' }: IncomingMessage): boolean {
    const isOnlyListener = this.#isAttached && this.server.listenerCount('upgrade') === 1;
    return isOnlyListener && method !== 'CONNECT' && !this.#handlerOf(url);
  }

  #handlerOf(url = ''): UpgradeHandler | undefined {
    return this.handlers.find((handler) => handler.servesUpgrade(url));
  }

  readonly #fallback = (_request: IncomingMessage, socket: Duplex): void => {
    if (this.server.listenerCount('upgrade') === 1) refuseUpgrade(socket, { status: 404 });
  };
}
