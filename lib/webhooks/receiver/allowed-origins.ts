import { plainRefusal, type EventAnswer } from './event-answer.js';

/** Which services may send events, and what is said to those that ask (events.md 4, 12.2). */
export class AllowedOrigins {
  readonly #hosts: ReadonlySet<string>;

  /** @param endpoints URLs; none = any origin */
  constructor(endpoints: readonly string[]) {
    this.#hosts = new Set(endpoints.map((endpoint) => new URL(endpoint).host.toLowerCase()));
  }

  /** @param origin the value of `WebHook-Request-Origin`, one host or several */
  allows(origin: string): boolean {
    return this.#hosts.size === 0 || this.#matches(origin).length > 0;
  }

  /** The answer to a service that asks whether it may send events. */
  consent(origin: string | undefined): EventAnswer {
    if (!origin) return plainRefusal(400);
    // Only what is in our own list is ever sent back.
    const hosts = this.#hosts.size === 0 ? ['*'] : this.#matches(origin);
    if (hosts.length === 0) return plainRefusal(400);
    return { status: 200, headers: hosts.map((host) => ['WebHook-Allowed-Origin', host]) };
  }

  #matches(origin: string): string[] {
    const asked = origin.split(',').map((host) => host.trim().toLowerCase());
    return [...new Set(asked)].filter((host) => this.#hosts.has(host));
  }
}
