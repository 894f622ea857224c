import type { GroupEventName, SystemEventName } from '../event-handler.interface.js';
import type { HandlerMethod } from './handler.method.js';
import type { HandledEvent } from './handler.metadata.js';

/** Every event of its kind that no handler names. */
const ANY = '*';

/** Which method of which class handles which event of one hub. */
export class HubMethods {
  readonly #methods = new Map<string, HandlerMethod>();

  /**
   * @param name of a user event, or `*`
   * @returns the method that handles it already; then nothing is added
   */
  add(method: HandlerMethod, kind: HandledEvent['kind'], name = ''): HandlerMethod | undefined {
    const key = keyOf(kind, name);
    const other = this.#methods.get(key);
    if (other === undefined) this.#methods.set(key, method);
    return other;
  }

  find(kind: 'user', name: string): HandlerMethod | undefined;
  find(kind: SystemEventName | GroupEventName): HandlerMethod | undefined;
  find(kind: HandledEvent['kind'], name?: string): HandlerMethod | undefined;
  find(kind: HandledEvent['kind'], name = ''): HandlerMethod | undefined {
    if (kind !== 'user') return this.#methods.get(keyOf(kind));
    return this.#methods.get(keyOf(kind, name)) ?? this.#methods.get(keyOf(kind, ANY));
  }

  get classNames(): readonly string[] {
    return [...new Set([...this.#methods.values()].map(({ host }) => host.type.name))];
  }
}

/** Names of user events hold no blanks, so that none of them looks like another kind. */
function keyOf(kind: HandledEvent['kind'], name = ''): string {
  return kind === 'user' ? `user ${name.toLowerCase()}` : kind;
}
