import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { AzureDriver } from '../../../../../lib/drivers/azure/azure.driver.js';
import type { AzureDriverOptions } from '../../../../../lib/drivers/azure/azure.options.js';
import type { HubDriver } from '../../../../../lib/drivers/hub-driver.interface.js';
import { ACCESS_KEY } from '../../../../support/keys.js';

/** An answer of the service; 200 without a body when nothing is said. */
export interface Script {
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** The request stays without an answer. */
  readonly silent?: boolean;
}

/** A request as it came over the wire. */
export interface Seen {
  /** Method and target in one line. */
  readonly line: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** An HTTP server that answers what it is told and keeps what it was asked. */
export class ScriptedService {
  readonly seen: Seen[] = [];
  readonly #scripts: Script[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ScriptedService> {
    const server = createServer();
    const service = new ScriptedService(server);
    server.on('request', (request, response) => {
      void service.#serve(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** The next requests are answered like this, one after the other. */
  willAnswer(...scripts: readonly Script[]): void {
    this.#scripts.push(...scripts);
  }

  /** The latest request. */
  get last(): Seen {
    const last = this.seen.at(-1);
    if (last === undefined) throw new Error('Nothing was asked.');
    return last;
  }

  /** A driver that calls this service with a key, and does not repeat itself. */
  async driver(options: AzureDriverOptions = {}): Promise<AzureDriver> {
    const access = { endpoint: this.url, accessKey: ACCESS_KEY };
    return await AzureDriver.create({ ...access, maxRetries: 0, ...options });
  }

  async hub(options: AzureDriverOptions = {}): Promise<HubDriver> {
    return (await this.driver(options)).hub('Chat');
  }

  reset(): void {
    this.seen.length = 0;
    this.#scripts.length = 0;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.seen.push({
      line: `${String(request.method)} ${String(request.url)}`,
      headers: request.headers as Seen['headers'],
      body: Buffer.concat(chunks).toString(),
    });
    const { status = 200, headers = {}, body, silent = false } = this.#scripts.shift() ?? {};
    if (!silent) response.writeHead(status, headers).end(body);
  }
}

/** Starts a service for the tests of the running `describe`. */
export function useScriptedService(): () => ScriptedService {
  let service: ScriptedService;
  beforeAll(async () => {
    service = await ScriptedService.start();
  });
  afterEach(() => {
    service.reset();
  });
  afterAll(async () => {
    await service.close();
  });
  return () => service;
}
