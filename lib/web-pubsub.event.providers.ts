import { Logger, type Provider } from '@nestjs/common';
import { AccessKeys } from './auth/access-key.js';
import { ServiceEndpoint } from './drivers/embedded/service-endpoint.js';
import { systemClock } from './engine/clock.js';
import { EVENT_SINK } from './events/event-sink.token.js';
import { EventRouter } from './events/event.router.js';
import { EventRoutes } from './events/event-routes.js';
import { HandlerRegistry } from './events/handlers/handler.registry.js';
import { AddressPolicy } from './webhooks/sender/address-policy.js';
import { ConnectionCookies } from './webhooks/sender/cookie-jars.js';
import { OutgoingHttp } from './webhooks/sender/outgoing-http.js';
import { sleep } from './webhooks/sender/sleep.js';
import { ValidationCache } from './webhooks/sender/validation.cache.js';
import { Webhooks } from './webhooks/sender/webhooks.js';
import type { WebPubSubConfiguration } from './web-pubsub.configuration.js';
import { CONFIGURATION } from './web-pubsub.constants.js';
import { WebPubSubEvents } from './web-pubsub.events.js';
import { WebPubSubEventSettings } from './web-pubsub.event-settings.js';

/** Handler answers are held in memory: 16 MiB at most (events.md 14). */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** What brings events to the classes of the application, to webhooks and to listeners. */
export const eventProviders: Provider[] = [
  HandlerRegistry,
  EventRoutes,
  {
    provide: EventRouter,
    useFactory: ({ events }: WebPubSubConfiguration, routes: EventRoutes) =>
      new EventRouter({
        routes,
        diagnostics: new Logger('WebPubSub'),
        clock: systemClock,
        timeoutMs: events.timeoutMs,
      }),
    inject: [CONFIGURATION, EventRoutes],
  },
  { provide: EVENT_SINK, useExisting: EventRouter },
  {
    provide: Webhooks,
    useFactory: createWebhooks,
    inject: [CONFIGURATION, AccessKeys, ServiceEndpoint],
  },
  {
    provide: WebPubSubEventSettings,
    useFactory: (
      { hubs }: WebPubSubConfiguration,
      routes: EventRoutes,
      webhooks: Webhooks,
    ): WebPubSubEventSettings => {
      const settings = new WebPubSubEventSettings(routes, webhooks);
      for (const { name, events } of hubs.values()) settings.use(name, events);
      return settings;
    },
    inject: [CONFIGURATION, EventRoutes, Webhooks],
  },
  WebPubSubEvents,
];

function createWebhooks(
  { events }: WebPubSubConfiguration,
  keys: AccessKeys,
  endpoint: ServiceEndpoint,
): Webhooks {
  const { allowLoopback, allowPrivateAddresses: allowPrivate, allowedHosts } = events;
  const diagnostics = new Logger('WebPubSubEvents');
  const shared = {
    http: new OutgoingHttp({
      addressPolicy: new AddressPolicy({ allowLoopback, allowPrivate, allowedHosts }),
      maxAnswerBytes: MAX_ANSWER_BYTES,
    }),
    // Known only once the server listens.
    origins: () => (events.origins.length > 0 ? events.origins : endpoint.hosts.slice(0, 1)),
    clock: systemClock,
    sleep,
    retryDelaysMs: events.retryDelaysMs,
    validationTimeoutMs: events.validationTimeoutMs,
    diagnostics,
  };
  return new Webhooks({
    ...shared,
    cookies: new ConnectionCookies({ diagnostics }),
    validations: new ValidationCache(shared),
    keys: () => keys.all,
    getToken: events.getToken,
    resolveSecret: events.resolveSecret,
  });
}
