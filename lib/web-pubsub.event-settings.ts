import { Injectable, Logger } from '@nestjs/common';
import {
  HUB_EVENT_OPTIONS,
  readHubEvents,
  type HubEventSettings,
} from './configuration/event-handlers.section.js';
import { OptionReader } from './configuration/option.reader.js';
import { isHubName, normalizeHubName } from './engine/names.js';
import { WebPubSubConfigurationError } from './errors/configuration.error.js';
import type { EventRoutes } from './events/event-routes.js';
import { WebhookHandler, type ValidationResult } from './webhooks/sender/webhook.handler.js';
import type { UrlTemplate } from './webhooks/sender/url-template.js';
import type { Webhooks } from './webhooks/sender/webhooks.js';
import type { WebPubSubHubOptions } from './web-pubsub.options.js';

/** Whether one webhook has given its consent. */
export interface WebhookValidation {
  /** The URL template, without its query. */
  readonly webhook: string;
  /** What it answered. */
  readonly result: ValidationResult;
}

/**
 * The event handlers and listeners that are configured for hubs, to be changed while the application
 * runs. Classes with {@link Hub} are not concerned: they come first, always.
 *
 * @example
 * ```ts
 * constructor(private readonly events: WebPubSubEventSettings) {}
 *
 * moveTo(target: string) {
 *   this.events.configure('chat', { eventHandlers: [{ urlTemplate: target, userEventPattern: '*' }] });
 * }
 * ```
 */
@Injectable()
export class WebPubSubEventSettings {
  private readonly logger = new Logger('WebPubSub');

  /** @internal */
  constructor(
    private readonly routes: EventRoutes,
    private readonly webhooks: Webhooks,
  ) {}

  /**
   * Replaces the handlers and listeners of one hub. Events that are under way end where they were sent;
   * connections stay open (events.md 8.2).
   *
   * @throws {@link WebPubSubConfigurationError} with every problem at once; the settings stay as they were
   */
  configure(
    hub: string,
    options: Pick<WebPubSubHubOptions, 'eventHandlers' | 'eventListeners'>,
  ): void {
    const read = new OptionReader(options, `hubs.${hub}`);
    if (!isHubName(hub)) {
      read.report({
        path: '',
        got: read.show(hub),
        expected: 'a letter, then up to 127 of letters, digits and _ ` , . [ ]',
        fix: 'Name the hub that clients connect to.',
      });
    }
    read.refuseUnknown('', HUB_EVENT_OPTIONS);
    const settings = readHubEvents(read, { canResolveSecrets: this.webhooks.canResolveSecrets });
    if (read.problems.length > 0) throw new WebPubSubConfigurationError(read.problems);
    this.use(hub, settings);
  }

  /**
   * Asks every webhook of a hub now whether it wants the events; without this, the first event does.
   * Never rejects.
   */
  validate(hub: string): Promise<readonly WebhookValidation[]> {
    const webhooks = this.routes
      .configured(normalizeHubName(hub))
      .handlers.filter((handler) => handler instanceof WebhookHandler);
    return Promise.all(
      webhooks.map(async (webhook) => ({
        webhook: webhook.name,
        result: await webhook.validate(),
      })),
    );
  }

  /** @internal Settings that were checked already. */
  use(hub: string, { webhooks, listeners }: HubEventSettings): void {
    for (const { urlTemplate } of webhooks) this.#warnOfPlainHttp(urlTemplate);
    const handlers = webhooks.map((settings) => this.webhooks.create(hub, settings));
    this.routes.configure(normalizeHubName(hub), { name: hub, handlers, listeners });
  }

  #warnOfPlainHttp({ display, isHttps, isLoopbackHost }: UrlTemplate): void {
    if (isHttps || isLoopbackHost) return;
    this.logger.warn(`Events go to ${display} without encryption: use https.`);
  }
}
