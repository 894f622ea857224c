import type { HubEvent } from '../hub-event.js';

/** Nest's numbers for what parameter decorators of controllers ask for. */
const SOURCE = { request: 0, response: 1, body: 3, query: 4, parameters: 5, headers: 6 } as const;

/** What a parameter gets that is decorated with `@EventData`, or as on a controller. */
export const parametersFactory = {
  exchangeKeyForValue(type: number, name: unknown, args: readonly unknown[]): unknown {
    const event = args[2] as HubEvent;
    const { connection } = event;
    switch (type) {
      case SOURCE.request:
        return connection;
      case SOURCE.response:
        return event.response;
      case SOURCE.body:
        return memberOf(event.data, name);
      case SOURCE.query:
        return memberOf(connection.query, name);
      case SOURCE.parameters:
        return memberOf(connection.params, name);
      case SOURCE.headers:
        return memberOf(connection.headers, typeof name === 'string' ? name.toLowerCase() : name);
      default:
        return undefined;
    }
  },
};

function memberOf(source: unknown, name: unknown): unknown {
  if (typeof name !== 'string') return source;
  if (typeof source !== 'object' || source === null || !Object.hasOwn(source, name))
    return undefined;
  return (source as Record<string, unknown>)[name];
}
