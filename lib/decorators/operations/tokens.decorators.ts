import { resultOptions, type OperationDecoratorOptions } from './operation.call.js';
import { hubDecorator } from './operation.decorator.js';

/**
 * Answers with a token that lets one client connect, and the URL to open with it (operation
 * `WebPubSub_GenerateClientToken`). The method says for whom: it returns {@link ClientTokenOptions},
 * and its caller gets a {@link ClientTokenResult} instead. `undefined` and `null` stay as they are, so
 * that a method can refuse; an empty object makes a token for somebody anonymous.
 *
 * Decide in the method who the client is and what it may do. What comes from a request is a wish.
 *
 * @example
 * ```ts
 * @Get('negotiate')
 * @GenerateClientToken({ hub: 'chat' })
 * negotiate(@CurrentUser() user: User) {
 *   return { userId: user.id, groups: ['lobby'], expirationTimeInMinutes: 5 };
 * }
 * ```
 */
export function GenerateClientToken(options: OperationDecoratorOptions = {}): MethodDecorator {
  return hubDecorator('GenerateClientToken', options, (hub) => ({
    async answer(call): Promise<unknown> {
      if (call.result === undefined || call.result === null) return call.result;
      return await hub.getClientAccessToken(resultOptions(call));
    },
  }));
}
