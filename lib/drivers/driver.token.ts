/** Injection token of the {@link WebPubSubDriver} that every hub of the application uses. */
export const WEB_PUBSUB_DRIVER = 'webpubsub:driver';
