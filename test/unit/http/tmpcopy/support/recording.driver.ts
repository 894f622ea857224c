import type {
  HubDriver,
  SendOptions,
  WebPubSubDriver,
} from '../../../../../lib/drivers/hub-driver.interface.js';
import type { Payload } from '../../../../../lib/engine/payload.js';

/** One call of an operation. */
export interface RecordedCall {
  readonly hub: string;
  readonly operation: string;
  readonly args: readonly unknown[];
}

type Operation = Exclude<keyof HubDriver, 'hub'>;

/** Answers every operation as told, by default with `true`, and keeps what it was asked. */
export class RecordingDriver implements WebPubSubDriver {
  readonly calls: RecordedCall[] = [];
  readonly #answers = new Map<string, () => unknown>();
  isUp = true;

  /** What was sent, whoever it was for. */
  get sent(): { payload: Payload; options: SendOptions }[] {
    return this.calls.map(({ args }) => {
      const [payload, options] = args.slice(-2) as [Payload, SendOptions];
      return { payload, options };
    });
  }

  /** What the operation answers from now on; a function may throw. */
  willAnswer(operation: Operation, answer: () => unknown): void {
    this.#answers.set(operation, answer);
  }

  reset(): void {
    this.calls.length = 0;
    this.#answers.clear();
    this.isUp = true;
  }

  async isHealthy(): Promise<boolean> {
    return this.isUp;
  }

  hub(name: string): HubDriver {
    return new Proxy({} as HubDriver, {
      get:
        (_, operation: string) =>
        async (...args: unknown[]) => {
          this.calls.push({ hub: name, operation, args });
          return this.#answers.get(operation)?.() ?? true;
        },
    });
  }
}
