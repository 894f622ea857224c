import { Injectable } from '@nestjs/common';
import type { WebPubSubDriver } from '../drivers/hub-driver.interface.js';
import { isHubName, normalizeHubName } from '../engine/names.js';
import { WebPubSubError } from '../errors/web-pubsub.error.js';
import { WebPubSubHub } from './web-pubsub-hub.js';

/** The hubs of one application by name. */
@Injectable()
export class HubRegistry {
  // Only names that code of the application uses come here, never those of callers.
  readonly #hubs = new Map<string, WebPubSubHub>();

  /**
   * @internal
   * @param names hubs that the application has configured, in lower case
   */
  constructor(
    private readonly driver: WebPubSubDriver,
    private readonly names: readonly string[],
    private readonly maxMessageBytes?: number,
  ) {}

  /**
   * The hub of that name, in any letter case; the same object every time.
   *
   * @throws {@link WebPubSubError} `InvalidHubName` (400)
   */
  get(name: string): WebPubSubHub {
    if (typeof name !== 'string') throw invalidHubName(name);
    const key = normalizeHubName(name);
    let hub = this.#hubs.get(key);
    if (hub === undefined) {
      if (!isHubName(key)) throw invalidHubName(name);
      hub = new WebPubSubHub(this.driver.hub(key), this.driver, this.maxMessageBytes);
      this.#hubs.set(key, hub);
    }
    return hub;
  }

  /**
   * The hub of that name, or the only one that is configured.
   *
   * @throws {@link WebPubSubError} `HubNotNamed` (500) when there is no single one
   */
  resolve(name: string | undefined): WebPubSubHub {
    if (name !== undefined) return this.get(name);
    const [only, ...others] = this.names;
    if (only !== undefined && others.length === 0) return this.get(only);
    const known = this.names.length === 0 ? 'none is' : `${this.names.join(', ')} are`;
    throw new WebPubSubError(
      `Which hub? ${known} configured. Name one in the decorator, for example { hub: 'chat' }, ` +
        'or configure exactly one with the option `hubs`.',
      { code: 'HubNotNamed', statusCode: 500, target: 'hub' },
    );
  }

  /** @internal Hubs that the application names, in lower case; none: any hub is one. */
  get known(): readonly string[] {
    return this.names.length === 0 ? [] : [...new Set([...this.names, ...this.#hubs.keys()])];
  }

  /** Whether the service behind the hubs can be used. Never rejects. */
  isServiceHealthy(): Promise<boolean> {
    return this.driver.isHealthy();
  }
}

function invalidHubName(name: unknown): WebPubSubError {
  return new WebPubSubError(
    `'${String(name)}' is no hub name: a letter, then up to 127 of letters, digits and _ \` , . [ ]`,
    { code: 'InvalidHubName', statusCode: 400, target: 'hub' },
  );
}
