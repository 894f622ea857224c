import type { WebhookSettings } from './webhook.settings.js';
import { WebhookHandler, type WebhookParts } from './webhook.handler.js';

/** Makes the webhooks of an application, which share their sockets, cookies and consents. */
export class Webhooks {
  constructor(private readonly parts: WebhookParts) {}

  /** Whether URL templates may ask for secrets. */
  get canResolveSecrets(): boolean {
    return this.parts.resolveSecret !== undefined;
  }

  /** @param hub as configured: its letter case is what receivers see */
  create(hub: string, settings: WebhookSettings): WebhookHandler {
    return new WebhookHandler(hub, settings, this.parts);
  }

  /** Ends what is under way, and lets go of sockets. */
  close(): void {
    this.parts.validations.close();
    this.parts.http.close();
  }
}
