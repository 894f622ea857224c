import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { serviceErrors } from '../errors/service-errors.js';
import { type ApiVersion, isApiVersion, profileOf } from './api-version.js';
import { requestIn } from '../http/raw-exchange.js';
import type { QueryParameters } from './query-parameters.js';
import { RestRequest } from './rest-request.js';
import { REST_SETTINGS, type RestSettings } from './rest.settings.js';

/** Determines by which version's rules a request is served (rest.md 4, stage 3). */
@Injectable()
export class ApiVersionGuard implements CanActivate {
  constructor(@Inject(REST_SETTINGS) private readonly settings: RestSettings) {}

  canActivate(context: ExecutionContext): boolean {
    const request = RestRequest.of(requestIn(context));
    request.profile = profileOf(this.#versionIn(request.query));
    return true;
  }

  #versionIn(query: QueryParameters): ApiVersion {
    const [version = this.settings.defaultApiVersion, ...others] = query.all('api-version');
    if (others.length > 0 || !isApiVersion(version)) {
      throw serviceErrors.badRequest('The specified API version is not supported.', 'api-version');
    }
    return version;
  }
}
