import type { IncomingMessage } from 'node:http';
import type { VersionProfile } from './api-version.js';
import { type PlatformRequest, rawRequest } from '../http/raw-exchange.js';
import type { Resolution, RoutedRequest } from './platform/request-router.js';
import { RefusedRequest } from './rest.errors.js';
import { QueryParameters } from './query-parameters.js';

// On the request itself rather than in a map of ours: decorators have no way to an injected one.
const KEY = Symbol.for('webpubsub:rest-request');

type Marked = IncomingMessage & { [KEY]?: RestRequest };

/** What the caller sent, read by our rules instead of those of the platform. */
export class RestRequest {
  /** The request target as the caller wrote it, whoever has rewritten it since. */
  readonly target: string;
  readonly resolution: Resolution;
  /** Parameters in the path, decoded; `undefined` where an escape is broken. */
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: QueryParameters;
  #profile: VersionProfile | undefined;

  private constructor(target: string, routed: RoutedRequest) {
    this.target = target;
    this.resolution = routed.resolution;
    this.path = routed.parameters;
    this.query = new QueryParameters(routed.query);
  }

  static attach(request: IncomingMessage, target: string, routed: RoutedRequest): void {
    (request as Marked)[KEY] = new RestRequest(target, routed);
  }

  static isAttachedTo(request: IncomingMessage): boolean {
    return (request as Marked)[KEY] !== undefined;
  }

  /** @throws 404 for a request that reached a controller of ours past {@link RestFront} */
  static of(request: PlatformRequest): RestRequest {
    const found = (rawRequest(request) as Marked)[KEY];
    if (!found) throw new RefusedRequest(404);
    return found;
  }

  /** The rules of the request's api-version, once {@link ApiVersionGuard} has determined it. */
  get profile(): VersionProfile {
    if (!this.#profile) throw new Error('The api-version of the request is not determined yet.');
    return this.#profile;
  }

  set profile(profile: VersionProfile) {
    this.#profile = profile;
  }
}
