import type { HubDriver, WebPubSubDriver } from '../../lib/drivers/hub-driver.interface.js';
import type { Payload } from '../../lib/engine/payload.js';

/** Names of the operations of a hub. */
export type HubOperation = Exclude<keyof HubDriver, 'hub'>;

/** One operation that a driver was asked for; a payload is shown as its text. */
export interface RecordedOperation {
  readonly hub: string;
  readonly operation: string;
  readonly args: readonly unknown[];
}

/** Keeps what it was asked for, and answers `true` unless it was told something else. */
export class RecordingDriver implements WebPubSubDriver {
  readonly operations: RecordedOperation[] = [];
  isUp = true;
  readonly #answers = new Map<string, () => unknown>();

  /** The texts that were sent, in order. */
  get sent(): unknown[] {
    return this.operations
      .filter(({ operation }) => operation.startsWith('sendTo'))
      .map(({ args, operation }) => args[operation === 'sendToAll' ? 0 : 1]);
  }

  /** What the operation answers from now on; a function may throw or return a promise. */
  willAnswer(operation: HubOperation, answer: () => unknown): void {
    this.#answers.set(operation, answer);
  }

  async isHealthy(): Promise<boolean> {
    return this.isUp;
  }

  hub(hub: string): HubDriver {
    return new Proxy({} as HubDriver, {
      get: (_, operation: string) => {
        if (operation === 'hub') return hub;
        return async (...args: unknown[]) => {
          this.operations.push({ hub, operation, args: args.map(shown) });
          return this.#answers.get(operation)?.() ?? true;
        };
      },
    });
  }
}

function shown(argument: unknown): unknown {
  return isPayload(argument) ? Buffer.from(argument.bytes).toString() : argument;
}

function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && 'bytes' in value;
}
