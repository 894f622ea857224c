import type { IncomingMessage } from 'node:http';
import type { VersionProfile } from './api-version.js';
import type { OperationParameters } from './dto/operation-parameters.js';
import { type PlatformRequest, rawRequest } from '../http/raw-exchange.js';
import type { Resolution } from './platform/request-router.js';
import type { QueryParameters } from './query-parameters.js';
import { RefusedRequest } from './rest.errors.js';
import type { ParametersClass, RestTarget } from './rest-target.js';

// On the request itself rather than in a map of ours: decorators have no way to an injected one.
const KEY = Symbol.for('webpubsub:rest-request');

type Marked = IncomingMessage & { [KEY]?: RestRequest };

/** What the caller sent, read by our rules instead of those of the platform. */
export class RestRequest {
  readonly #read: RestTarget;
  #profile: VersionProfile | undefined;

  private constructor(
    /** The request target as the caller wrote it, whoever has rewritten it since. */
    readonly target: string,
    read: RestTarget,
  ) {
    this.#read = read;
  }

  static attach(request: IncomingMessage, target: string, read: RestTarget): void {
    (request as Marked)[KEY] = new RestRequest(target, read);
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

  get resolution(): Resolution {
    return this.#read.resolution;
  }

  get query(): QueryParameters {
    return this.#read.query;
  }

  parameters(parametersClass: ParametersClass): OperationParameters {
    return this.#read.parameters(parametersClass);
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
