import type { WebPubSubDriver } from '../drivers/hub-driver.interface.js';
import type { RestCaller } from './rest.caller.js';

/**
 * What is verified: a service by its operations. Clients connect to it with the tokens and URLs that
 * `getClientAccessToken` of its hubs gives.
 */
export interface Surface extends WebPubSubDriver {
  /** What it is, for people: `http://127.0.0.1:8080`, or the name of a driver. */
  readonly name: string;
  /**
   * Requests that no driver would send, and answers as they come: statuses, headers, envelopes.
   * `undefined` where the operations are all there is; checks that need it are left out then.
   */
  readonly rest: RestCaller | undefined;
  /** How long an answer, a frame or an effect is waited for, in milliseconds. */
  readonly patience: number;
}
