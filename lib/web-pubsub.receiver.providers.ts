import { Logger, type Provider } from '@nestjs/common';
import { AccessKeys } from './auth/access-key.js';
import { WEB_PUBSUB_DRIVER } from './drivers/driver.token.js';
import type { WebPubSubDriver } from './drivers/hub-driver.interface.js';
import { systemClock } from './engine/clock.js';
import { HandlerRegistry } from './events/handlers/handler.registry.js';
import { ReceiverFront } from './webhooks/receiver/receiver.front.js';
import { WebhookReceiver } from './webhooks/receiver/webhook.receiver.js';
import type { WebPubSubConfiguration } from './web-pubsub.configuration.js';
import { CONFIGURATION } from './web-pubsub.constants.js';

/** What takes the webhooks of another server to the classes of this application. */
export const receiverProviders: Provider[] = [
  {
    provide: WebhookReceiver,
    useFactory: createReceiver,
    inject: [CONFIGURATION, HandlerRegistry, AccessKeys, WEB_PUBSUB_DRIVER],
  },
  ReceiverFront,
];

function createReceiver(
  { receiver }: WebPubSubConfiguration,
  handlers: HandlerRegistry,
  keys: AccessKeys,
  driver: WebPubSubDriver,
): WebhookReceiver | undefined {
  if (receiver === undefined) return undefined;
  const { accessKeys, ...settings } = receiver;
  return new WebhookReceiver(
    { ...settings, keys: () => accessKeys ?? keys.all },
    {
      handlerOf: (hub) => handlers.handlerOf(hub),
      sendToConnection: (hub, connectionId, { payload, metadata }) =>
        driver.hub(hub).sendToConnection(connectionId, payload, { metadata }),
      diagnostics: new Logger('WebPubSubReceiver'),
      clock: systemClock,
    },
  );
}
