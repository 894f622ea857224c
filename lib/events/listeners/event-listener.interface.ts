/**
 * A copy of an event, in the form the service gives to Event Hubs (events.md 10.2). Fits any broker
 * that has a body, a key and string properties.
 */
export interface EventEnvelope {
  /** The data of the event: what a webhook would get as its body. */
  readonly body: Buffer;
  /** Media type of the body, without a charset. */
  readonly contentType: string;
  /** `<connectionId>/<number of the event>`. */
  readonly messageId: string;
  /** The connection id: events of one connection belong together. */
  readonly partitionKey: string;
  /** `cloudEvents:type` and the like, and `x-webpubsub-metadata-<key>`. */
  readonly applicationProperties: Readonly<Record<string, string>>;
}

/**
 * Receives copies of events, never `connect`, and has no say in them (events.md 10). Deliveries run
 * side by side; one that fails is logged, and harms nothing.
 *
 * @example
 * ```ts
 * const listener: EventListener = {
 *   deliver: ({ partitionKey, body, applicationProperties }) =>
 *     producer.send({ topic: 'clients', messages: [{ key: partitionKey, value: body, headers: applicationProperties }] }),
 * };
 * ```
 */
export interface EventListener {
  /** Hands one event on. What it resolves with is not looked at. */
  deliver(envelope: EventEnvelope): unknown;
}
