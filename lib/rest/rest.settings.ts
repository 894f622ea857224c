import type { ApiVersion } from './api-version.js';

/** Injection token of {@link RestSettings}. */
export const REST_SETTINGS = 'webpubsub:rest-settings';

/** What the module's options mean for the REST API. */
export interface RestSettings {
  /** Whether requests are looked at; Nest has the controllers before that is known. */
  readonly isServed: boolean;
  /** Whether requests go through the application, or past it. */
  readonly pipeline: 'application' | 'direct';
  /** Who may have tokens made: anybody with a key too, or callers of Microsoft Entra ID alone. */
  readonly generateToken: 'any' | 'entra-only';
  /** The version whose rules apply to a request without `api-version`. */
  readonly defaultApiVersion: ApiVersion;
  /** Most bytes of the body of a send. */
  readonly maxMessageBytes: number;
  /** `host[:port]` of public endpoints: a token may name them besides the host of the request. */
  readonly acceptedHosts: readonly string[];
  /** Whether a token may name the host in `X-Forwarded-Host`. */
  readonly trustForwardedHost: boolean;
  /** Whether a send without `Content-Length` is refused (rest.md 15.4). */
  readonly requireContentLength: boolean;
}
