/** Injection token of the {@link EventSink} that receives what happens to connections. */
export const EVENT_SINK = 'webpubsub:event-sink';
