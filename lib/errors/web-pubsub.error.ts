/** What {@link WebPubSubError} is made of. */
export interface WebPubSubErrorInit {
  /** Machine-readable code, for example `Error.Connection.NotExisted` or `InvalidPayload`. */
  readonly code: string;
  /** HTTP status the same failure has on the REST API. */
  readonly statusCode: number;
  /** What was wrong: `Connection`, `User`, `Request`, or the name of a parameter. */
  readonly target?: string;
  /** The error below this one. */
  readonly cause?: unknown;
}

/**
 * The one error of every operation of a hub.
 *
 * `code`, `statusCode` and `target` are those of the REST error envelope, so code that handled the
 * `RestError` of `@azure/web-pubsub` keeps working.
 *
 * @example
 * ```ts
 * try {
 *   await chat.group('lobby').addConnection(connectionId);
 * } catch (error) {
 *   if (error instanceof WebPubSubError && error.statusCode === 404) return; // the client has gone
 *   throw error;
 * }
 * ```
 */
export class WebPubSubError extends Error {
  /** Name of the class, for logs. */
  override readonly name = 'WebPubSubError';
  /** Machine-readable code, for example `Error.Connection.NotExisted`. */
  readonly code: string;
  /** HTTP status of the failure. */
  readonly statusCode: number;
  /** The same under the name of `http-errors`, by which Nest's default exception filter knows it. */
  readonly status: number;
  /** Whether the message may be shown to an HTTP caller, as in `http-errors`. */
  readonly expose: boolean;
  /** What was wrong: `Connection`, `User`, `Request`, or the name of a parameter. */
  readonly target: string;

  constructor(message: string, init: WebPubSubErrorInit) {
    super(message, { cause: init.cause });
    this.code = init.code;
    this.statusCode = init.statusCode;
    this.status = init.statusCode;
    this.expose = init.statusCode < 500;
    this.target = init.target ?? 'Request';
  }
}
