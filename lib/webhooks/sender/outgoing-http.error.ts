/**
 * Why a request got no answer: `network` is worth another attempt; `refusedAddress` (the policy),
 * `tooLarge` (the answer), `aborted` (the signal) and `header` (one that cannot be sent) are not.
 */
export type OutgoingFailureKind = 'network' | 'refusedAddress' | 'tooLarge' | 'aborted' | 'header';

/** A request that got no usable answer. The message has no path, query, header value or body. */
export class OutgoingHttpError extends Error {
  override readonly name = 'OutgoingHttpError';

  constructor(
    readonly kind: OutgoingFailureKind,
    message: string,
  ) {
    super(message);
  }
}
