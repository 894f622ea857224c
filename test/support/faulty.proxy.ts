import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** How a network fails. */
export const FAULTS = ['reset', 'end', 'silence', 'cut inside a frame'] as const;

export type Fault = (typeof FAULTS)[number];

const SILENCE_MS = 20;

interface Link {
  readonly client: Socket;
  readonly service: Socket;
  isSilent: boolean;
  isTruncated: boolean;
}

/** A TCP proxy between a client and the service that breaks on demand. */
export class FaultyProxy {
  readonly #links = new Set<Link>();

  private constructor(private readonly server: Server) {}

  static async start(servicePort: number): Promise<FaultyProxy> {
    const server = createServer();
    const proxy = new FaultyProxy(server);
    server.on('connection', (client) => proxy.#join(client, servicePort));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Breaks every connection of now; new ones work. */
  async break(fault: Fault): Promise<void> {
    await Promise.all(Array.from(this.#links, (link) => this.#breakLink(link, fault)));
  }

  async close(): Promise<void> {
    await this.break('reset');
    this.server.close();
    await once(this.server, 'close');
  }

  #join(client: Socket, servicePort: number): void {
    const service = connect(servicePort, '127.0.0.1');
    const link: Link = { client, service, isSilent: false, isTruncated: false };
    this.#links.add(link);
    for (const [from, to] of [
      [client, service],
      [service, client],
    ] as const) {
      from.on('error', () => {});
      from.on('data', (chunk: Buffer) => {
        if (link.isSilent) return;
        if (!link.isTruncated) {
          to.write(chunk);
          return;
        }
        // Half of what the service said gets through, then nothing more does.
        link.isSilent = true;
        to.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => {
          client.destroy();
          service.destroy();
        });
      });
      from.on('close', () => {
        to.destroy();
        this.#links.delete(link);
      });
      from.on('end', () => to.end());
    }
  }

  async #breakLink(link: Link, fault: Fault): Promise<void> {
    switch (fault) {
      case 'reset':
        this.#reset(link);
        break;
      case 'end':
        link.isSilent = true;
        link.client.end();
        link.service.end();
        break;
      case 'silence':
        link.isSilent = true;
        await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
        this.#reset(link);
        break;
      case 'cut inside a frame':
        link.isTruncated = true;
        break;
    }
  }

  #reset({ client, service }: Link): void {
    client.resetAndDestroy();
    service.resetAndDestroy();
  }
}
