import { HttpException } from '@nestjs/common';
import type { WebPubSubError } from '../../errors/web-pubsub.error.js';

/**
 * A check decorator kept a method from running. It is an `HttpException`, as a refusing guard of Nest
 * throws: an HTTP caller gets the status of the operation (404, or 503 for health) and the service's
 * error body, and nothing is logged as a fault. The {@link WebPubSubError} is its `cause`.
 *
 * @example
 * ```ts
 * try {
 *   await this.rooms.join(userId);
 * } catch (error) {
 *   if (error instanceof CheckFailedException) return 'nobody there';
 *   throw error;
 * }
 * ```
 */
export class CheckFailedException extends HttpException {
  /** Machine-readable code, for example `Warning.User.NotExisted`. */
  readonly code: string;
  /** HTTP status of the failure, under the name it has on a {@link WebPubSubError}. */
  readonly statusCode: number;
  /** What was not there: `Connection`, `User`, `Group` or `Service`. */
  readonly target: string;

  constructor(error: WebPubSubError) {
    const { code, message, statusCode, target } = error;
    super({ code, message, target, details: null, inner: null }, statusCode, { cause: error });
    this.code = code;
    this.statusCode = statusCode;
    this.target = target;
    this.message = message;
  }
}
