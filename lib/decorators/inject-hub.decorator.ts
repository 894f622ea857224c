import { Inject } from '@nestjs/common';
import { getHubToken } from '../hub/hub.tokens.js';

/**
 * Injects a hub that the module has configured with the option `hubs` or with `forFeature`.
 *
 * @param name in any letter case
 * @example
 * ```ts
 * constructor(@InjectHub('chat') private readonly chat: WebPubSubHub) {}
 * ```
 */
export function InjectHub(name: string): PropertyDecorator & ParameterDecorator {
  return Inject(getHubToken(name));
}
