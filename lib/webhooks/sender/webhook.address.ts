import type { ResolveSecret, UrlTemplate } from './url-template.js';
import { WebhookError } from './webhook.error.js';

/** The URLs of one webhook. Secrets in them are fetched when the first event needs them. */
export class WebhookAddress {
  #template: UrlTemplate | undefined;
  #fetching: Promise<UrlTemplate> | undefined;

  constructor(
    private readonly hub: string,
    private readonly configured: UrlTemplate,
    private readonly resolveSecret: ResolveSecret | undefined,
  ) {
    if (configured.secretUris.length === 0) this.#template = configured;
  }

  async urlOf(event: string): Promise<URL> {
    const template = this.#template ?? (await this.#fetch());
    return template.resolve(this.hub, event);
  }

  async validationUrl(): Promise<URL> {
    const template = this.#template ?? (await this.#fetch());
    return template.validationUrl(this.hub);
  }

  /** Events at the same time share the fetch; after a failure the next one tries again. */
  async #fetch(): Promise<UrlTemplate> {
    if (this.resolveSecret === undefined) throw new WebhookError('nothing resolves its secrets');
    this.#fetching ??= this.configured.withSecrets(this.resolveSecret);
    try {
      this.#template = await this.#fetching;
      return this.#template;
    } finally {
      this.#fetching = undefined;
    }
  }
}
