import type { Backplane, BackplaneNode } from '../backplane.interface.js';
import type { Answer, Command, Request } from '../backplane.message.js';

/** The backplane of one process: a set of subjects and a function call. */
export class MemoryBackplane implements Backplane {
  readonly #subjects = new Set<string>();
  #node: BackplaneNode | undefined;

  async start(node: BackplaneNode): Promise<void> {
    this.#node = node;
  }

  async stop(): Promise<void> {
    this.#node = undefined;
    this.#subjects.clear();
  }

  subscribe(subject: string): undefined {
    this.#subjects.add(subject);
  }

  unsubscribe(subject: string): void {
    this.#subjects.delete(subject);
  }

  publish(hub: string, subject: string, command: Command): undefined {
    if (this.#subjects.has(subject)) this.#node?.command(hub, command);
  }

  async request(hub: string, subject: string, request: Request): Promise<readonly Answer[]> {
    if (this.#node === undefined || !this.#subjects.has(subject)) return [];
    return [await this.#node.request(hub, request)];
  }

  async hasInterest(subject: string): Promise<boolean> {
    return this.#subjects.has(subject);
  }
}
