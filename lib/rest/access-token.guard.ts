import type { IncomingMessage } from 'node:http';
import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  Logger,
} from '@nestjs/common';
import { restAudienceMatches } from '../auth/audience.js';
import { bearerToken } from '../auth/bearer.js';
import { actionOf } from '../auth/entra.actions.js';
import { EntraVerifier } from '../auth/entra.verifier.js';
import { TokenVerifier } from '../auth/token.verifier.js';
import { serviceErrors } from '../errors/service-errors.js';
import { headerValues, rawRequest, requestIn } from '../http/raw-exchange.js';
import { decodePath, splitTarget } from '../http/request-target.js';
import { requestHosts } from './request-hosts.js';
import { RestRequest } from './rest-request.js';
import { RefusedRequest } from './rest.errors.js';
import { REST_SETTINGS, type RestSettings } from './rest.settings.js';

/** The handler of `WebPubSub_GenerateClientToken`. */
const GENERATE_TOKEN = 'generateClientToken';

/**
 * Lets in who has a token for the URL of the request, signed with an access key, or one of Microsoft
 * Entra ID with a role for the operation (rest.md 7.3, 7.8).
 */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  readonly #logger = new Logger('WebPubSubRest');

  constructor(
    private readonly verifier: TokenVerifier,
    @Inject(REST_SETTINGS) private readonly settings: RestSettings,
    /** `null` = callers of Microsoft Entra ID are not let in. */
    @Inject(EntraVerifier) private readonly entra: EntraVerifier | null,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = rawRequest(requestIn(context));
    const problem = this.#problemOf(request, context.getHandler().name);
    if (!(problem instanceof Promise)) return this.#admit(request, problem);
    return problem.then((found) => this.#admit(request, found));
  }

  #admit(request: IncomingMessage, problem: string | undefined): boolean {
    if (problem === undefined) return true;
    this.#logger.debug(`Refused ${request.method} with 401: ${problem}.`);
    throw new RefusedRequest(401, { 'www-authenticate': 'Bearer' });
  }

  /** Waits for nobody but the keys of Microsoft. */
  #problemOf(
    request: IncomingMessage,
    operation: string,
  ): string | undefined | Promise<string | undefined> {
    const token = bearerToken(headerValues(request, 'authorization'));
    if (token === undefined) return 'there is no bearer token, or more than one';
    if (this.entra?.isEntraToken(token)) return this.#entraProblem(this.entra, token, operation);
    // Who has a key can make tokens without us.
    if (operation === GENERATE_TOKEN && this.settings.generateToken === 'entra-only') {
      return 'tokens are made for callers of Microsoft Entra ID only';
    }
    const { target } = RestRequest.of(request);
    const own = requestHosts(request, this.settings);
    const verdict = this.verifier.verify(
      token,
      (audience) => {
        const hosts = [...own, ...this.settings.acceptedHosts];
        return restAudienceMatches(audience, { hosts, paths: pathsOf(target) });
      },
      // Hosts that are accepted besides only ever get more.
      `${own.join()} ${target}`,
    );
    return verdict.valid ? undefined : verdict.reason;
  }

  /** @throws {@link WebPubSubError} 403 for a caller who may not do this */
  async #entraProblem(
    entra: EntraVerifier,
    token: string,
    operation: string,
  ): Promise<string | undefined> {
    const verdict = await entra.verify(token);
    if (!verdict.valid) return verdict.reason;
    const action = actionOf(operation);
    if (action !== undefined && verdict.allows(action)) return undefined;
    throw serviceErrors.forbidden();
  }
}

/** What an audience may name: the path as it was sent, and decoded. */
function pathsOf(target: string): string[] {
  const { path } = splitTarget(target);
  const decoded = decodePath(path);
  return decoded === undefined || decoded === path ? [path] : [path, decoded];
}
