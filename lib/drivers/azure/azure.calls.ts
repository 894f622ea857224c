import { WebPubSubError } from '../../errors/web-pubsub.error.js';
import { timedOut, toWebPubSubError } from './azure.errors.js';
import type { Call } from './azure.sdk.js';

/** Makes calls to the service: each has its time, and fails with an error of ours. */
export class AzureCalls {
  /** @param host of the service, for messages */
  constructor(
    private readonly host: string,
    private readonly timeoutSeconds: number | undefined,
  ) {}

  async run<T>(operation: (call: Call) => Promise<T>): Promise<T> {
    const seconds = this.timeoutSeconds;
    const signal = seconds === undefined ? undefined : AbortSignal.timeout(seconds * 1000);
    try {
      return await operation(signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      if (seconds !== undefined && signal?.aborted) throw timedOut(this.host, seconds);
      throw toWebPubSubError(error, this.host);
    }
  }

  /** @returns `false` when there is nobody whom the change is about */
  async change(operation: (call: Call) => Promise<void>): Promise<boolean> {
    try {
      await this.run(operation);
      return true;
    } catch (error) {
      // A 404 without such a code comes from something in between that is not the service.
      if (error instanceof WebPubSubError && error.code.endsWith('.NotExisted')) return false;
      throw error;
    }
  }
}
