import type { HubDriver, WebPubSubDriver } from '../drivers/hub-driver.interface.js';
import type {
  ClientTokenOptions,
  ClientTokenResult,
  OperationOptions,
} from '../drivers/operations/hub.operations.js';
import { checkGroup, checkSignal, checkTokenOptions } from './argument.checks.js';
import { HubGroups } from './hub.groups.js';
import { WebPubSubGroup } from './web-pubsub-group.js';

/**
 * One hub: a method for every operation of the service, with the names and arguments of
 * `WebPubSubServiceClient` of `@azure/web-pubsub`. Inject it with {@link InjectHub}.
 *
 * A send is accepted when its promise resolves; that says nothing about who received it. Names that
 * the service would refuse, and values that cannot be sent, reject with a {@link WebPubSubError} of
 * status 400 before anything happens.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class Announcer {
 *   constructor(@InjectHub('chat') private readonly chat: WebPubSubHub) {}
 *
 *   async announce(text: string): Promise<void> {
 *     await this.chat.sendToAll({ announcement: text });
 *   }
 * }
 * ```
 */
export class WebPubSubHub extends HubGroups {
  /** @internal */
  constructor(
    driver: HubDriver,
    private readonly service: Pick<WebPubSubDriver, 'isHealthy'>,
    maxMessageBytes?: number,
  ) {
    super(driver, maxMessageBytes);
  }

  /**
   * A handle on one group, for code that works with the same group again and again.
   *
   * @throws {@link WebPubSubError} 400 for a name that is empty, all white space, or longer than 1024
   * @example
   * ```ts
   * const lobby = chat.group('lobby');
   * await lobby.addUser('ann');
   * await lobby.sendToAll({ joined: 'ann' });
   * ```
   */
  group(groupName: string): WebPubSubGroup {
    checkGroup(groupName);
    return new WebPubSubGroup(this, groupName);
  }

  /**
   * Whether the service behind the hub can be used (operation `HealthApi_GetHealthStatus`).
   *
   * @example
   * ```ts
   * if (!(await chat.getServiceStatus())) postpone(announcement);
   * ```
   */
  async getServiceStatus(options?: OperationOptions): Promise<boolean> {
    checkSignal(options);
    return await this.service.isHealthy();
  }

  /**
   * Makes a token that lets one client connect, and the URL to open with it.
   *
   * @throws {@link WebPubSubError} 400 for a life below one minute, a blank group, or a user id or role
   *   that is no string; `EndpointUnknown` (503) before the HTTP server listens, unless the option
   *   `endpoint` is set
   * @example
   * ```ts
   * const { url } = await chat.getClientAccessToken({ userId: 'ann', groups: ['lobby'] });
   * ```
   */
  async getClientAccessToken(options: ClientTokenOptions = {}): Promise<ClientTokenResult> {
    checkSignal(options);
    checkTokenOptions(options);
    return await this.driver.getClientAccessToken(options);
  }

  /**
   * The URL of {@link WebPubSubHub.getClientAccessToken}: what a browser gives to `WebSocket`.
   *
   * @example
   * ```ts
   * @Get('negotiate')
   * negotiate(@Query('name') name: string) {
   *   return this.chat.getClientAccessUrl({ userId: name });
   * }
   * ```
   */
  async getClientAccessUrl(options: ClientTokenOptions = {}): Promise<string> {
    return (await this.getClientAccessToken(options)).url;
  }
}
