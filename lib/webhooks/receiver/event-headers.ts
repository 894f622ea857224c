import type { IncomingMessage } from 'node:http';
import { headerEntries } from '../../http/raw-exchange.js';

/**
 * The headers of a request as they travelled: what Node makes of them loses repetitions, and parsers of
 * the application may have changed it.
 */
export class EventHeaders {
  readonly #entries: readonly (readonly [string, string])[];

  constructor(request: IncomingMessage) {
    this.#entries = headerEntries(request);
  }

  /** @param name lower case; of several headers the first one counts, for everything alike */
  get(name: string): string | undefined {
    return this.#entries.find(([key]) => key === name)?.[1];
  }

  /** A header whose bytes are UTF-8; Node has read them as Latin-1 (events.md 2.1.4). */
  text(name: string): string | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : utf8(value);
  }

  all(name: string): string[] {
    return this.#entries.flatMap(([key, value]) => (key === name ? value : []));
  }

  /** What is behind a prefix, with the values. Nothing behind it is no name. */
  withPrefix(prefix: string): (readonly [name: string, value: string])[] {
    return this.#entries
      .filter(([key]) => key.startsWith(prefix) && key.length > prefix.length)
      .map(([key, value]) => [key.slice(prefix.length), utf8(value)]);
  }
}

function utf8(value: string): string {
  return Buffer.from(value, 'latin1').toString('utf8');
}
