import type { AccessKeys } from '../../auth/access-key.js';
import { signClientToken } from '../../auth/access-token.js';
import type { Clock } from '../../engine/clock.js';
import { serviceErrors } from '../../errors/service-errors.js';
import { WebPubSubError } from '../../errors/web-pubsub.error.js';
import type { ClientTokenOptions, ClientTokenResult } from '../operations/hub.operations.js';
import type { ServiceEndpoint } from './service-endpoint.js';

const CLIENT_PATHS = { default: '/client/hubs/', mqtt: '/clients/mqtt/hubs/' } as const;

/** Makes the tokens and URLs that clients connect with (rest.md 7.5, 7.7). */
export class ClientTokens {
  constructor(
    private readonly keys: AccessKeys,
    private readonly endpoint: ServiceEndpoint,
    private readonly clock: Clock,
  ) {}

  create(hub: string, options: ClientTokenOptions): ClientTokenResult {
    const endpoint = this.endpoint.url;
    if (endpoint === undefined) {
      throw new WebPubSubError(
        'The address of the service is not known before the application listens. ' +
          'Ask for the token later, or set the option `endpoint` to the public URL.',
        { code: 'EndpointUnknown', statusCode: 503, target: 'endpoint' },
      );
    }
    const { clientProtocol = 'default' } = options;
    if (!Object.hasOwn(CLIENT_PATHS, clientProtocol)) {
      throw serviceErrors.badRequest(
        `The value '${clientProtocol}' is not valid: clients speak 'default' or 'mqtt'.`,
        'clientProtocol',
      );
    }
    const prefix = endpoint.pathname.replace(/\/$/, '');
    const path = `${prefix}${CLIENT_PATHS[clientProtocol]}${hub}`;
    const audience = `${endpoint.protocol}//${endpoint.host}${path}`;
    const baseUrl = audience.replace(/^http/, 'ws');
    const token = signClientToken({ ...options, audience }, this.keys, this.clock);
    return { token, baseUrl, url: `${baseUrl}?access_token=${token}` };
  }
}
