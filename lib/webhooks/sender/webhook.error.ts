/**
 * A webhook did not take an event, or gave an answer that cannot be used. The message has no query,
 * header value or body.
 */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
}
