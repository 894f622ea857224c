import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** All lines of a header, in Latin-1 characters. */
  lines(name: string): readonly string[];
  /** The one line of a header; `undefined` when it is not there. */
  header(name: string): string | undefined;
  /** Settles when it is over: with `true` when the sender has gone without its answer. */
  readonly aborted: Promise<boolean>;
}

export interface ScriptedAnswer {
  readonly status: number;
  /** Lines, in order; a name may repeat. Values in Latin-1 characters. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
}

/** `hang` never answers, `reset` cuts the connection. */
export type Reaction = ScriptedAnswer | 'hang' | 'reset';

/** @param index counts the requests of this kind from 0 */
export type Script = (request: ReceivedRequest, index: number) => Reaction | Promise<Reaction>;

const CONSENT: ScriptedAnswer = { status: 200, headers: [['WebHook-Allowed-Origin', '*']] };

/** An application's HTTP endpoint: remembers what came, and answers as the running test says. */
export class WebhookReceiver {
  readonly requests: ReceivedRequest[] = [];
  onValidation: Script = () => CONSENT;
  onEvent: Script = () => ({ status: 204 });
  #changed: (() => void)[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void (async () => {
        const received = await receive(request, response);
        const same = this.#ofKind(received.method === 'POST');
        this.requests.push(received);
        for (const resolve of this.#changed.splice(0)) resolve();
        const script = received.method === 'POST' ? this.onEvent : this.onValidation;
        const reaction = await script(received, same.length);
        if (reaction === 'hang') return;
        if (reaction === 'reset') return void request.socket.destroy();
        const { status, headers = [], body } = reaction;
        response.writeHead(status, headers.flat());
        response.end(body);
      })();
    });
  }

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new WebhookReceiver(server, (server.address() as AddressInfo).port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What was sent to it as an event. */
  get posts(): readonly ReceivedRequest[] {
    return this.#ofKind(true);
  }

  /** What was sent to it to get its consent: OPTIONS and GET. */
  get validations(): readonly ReceivedRequest[] {
    return this.#ofKind(false);
  }

  /** Waits until there are so many events. */
  async posted(count: number): Promise<void> {
    while (this.posts.length < count) await this.#change();
  }

  /** Waits until it was asked for its consent so often. */
  async validated(count: number): Promise<void> {
    while (this.validations.length < count) await this.#change();
  }

  /** Forgets what came and how to answer. */
  reset(): void {
    this.requests.length = 0;
    this.onValidation = () => CONSENT;
    this.onEvent = () => ({ status: 204 });
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  #ofKind(isPost: boolean): ReceivedRequest[] {
    return this.requests.filter(({ method }) => (method === 'POST') === isPost);
  }

  async #change(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#changed.push(resolve);
    });
  }
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ReceivedRequest> {
  const closed = once(response, 'close');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = '', url = '', rawHeaders } = request;
  const lines = (name: string): string[] =>
    rawHeaders.flatMap((key, index) =>
      index % 2 === 0 && key.toLowerCase() === name.toLowerCase()
        ? [rawHeaders[index + 1] as string]
        : [],
    );
  return {
    method,
    target: url,
    rawHeaders,
    body: Buffer.concat(chunks),
    lines,
    header: (name) => {
      const [line, ...more] = lines(name);
      if (more.length > 0) throw new Error(`${name} is there ${more.length + 1} times.`);
      return line;
    },
    aborted: (async () => {
      await closed;
      return !response.writableEnded;
    })(),
  };
}
