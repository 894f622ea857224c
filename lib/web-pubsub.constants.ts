/** Injection token of the validated configuration. */
export const CONFIGURATION = 'webpubsub:configuration';

/** Name of the module class, by which a second root is found. */
export const WEB_PUBSUB_MODULE = 'WebPubSubModule';
