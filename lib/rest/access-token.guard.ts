import type { IncomingMessage } from 'node:http';
import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  Logger,
} from '@nestjs/common';
import { type ExpectedAudience, restAudienceMatches } from '../auth/audience.js';
import { bearerToken } from '../auth/bearer.js';
import { TokenVerifier } from '../auth/token.verifier.js';
import { headerValues, type PlatformRequest, rawRequest } from '../http/raw-exchange.js';
import { decodePath, splitTarget } from '../http/request-target.js';
import { requestHosts } from './request-hosts.js';
import { RestRequest } from './rest-request.js';
import { RefusedRequest } from './rest.errors.js';
import { REST_SETTINGS, type RestSettings } from './rest.settings.js';

/** Lets in who has a token for the URL of the request, signed with an access key (rest.md 7.3). */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  readonly #logger = new Logger('WebPubSubRest');

  constructor(
    private readonly verifier: TokenVerifier,
    @Inject(REST_SETTINGS) private readonly settings: RestSettings,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = rawRequest(context.switchToHttp().getRequest<PlatformRequest>());
    const problem = this.#problemOf(request);
    if (problem === undefined) return true;
    this.#logger.debug(`Refused ${request.method} with 401: ${problem}.`);
    throw new RefusedRequest(401, { 'www-authenticate': 'Bearer' });
  }

  #problemOf(request: IncomingMessage): string | undefined {
    const token = bearerToken(headerValues(request, 'authorization'));
    if (token === undefined) return 'there is no bearer token, or more than one';
    const expected = this.#audienceOf(request);
    const verdict = this.verifier.verify(token, (audience) =>
      restAudienceMatches(audience, expected),
    );
    return verdict.valid ? undefined : verdict.reason;
  }

  #audienceOf(request: IncomingMessage): ExpectedAudience {
    const { path } = splitTarget(RestRequest.of(request).target);
    const decoded = decodePath(path);
    return {
      hosts: [...requestHosts(request, this.settings), ...this.settings.acceptedHosts],
      paths: decoded === undefined || decoded === path ? [path] : [path, decoded],
    };
  }
}
