import { decodePath, splitTarget } from '../../http/request-target.js';

const HUB = '{hub}';

/** What a path under the receiver's says. */
export interface PathMatch {
  /** Lower case; `undefined` when the receiver's path does not name the hub. */
  readonly hub: string | undefined;
}

/** The path under which events arrive (events.md 12.1, step 1). */
export class ReceiverPath {
  readonly #template: string;

  /** @param template begins with a slash; `{hub}` stands for the name of a hub */
  constructor(template: string) {
    this.#template = normalize(decodePath(template) ?? template);
  }

  /** @returns `undefined` when the request target is somewhere else */
  match(target: string): PathMatch | undefined {
    const decoded = decodePath(splitTarget(target).path);
    if (decoded === undefined) return undefined;
    const path = normalize(decoded);
    const hub = this.#hubIn(path);
    const base = hub === undefined ? this.#template : this.#template.replaceAll(HUB, () => hub);
    return path.startsWith(base) ? { hub } : undefined;
  }

  #hubIn(path: string): string | undefined {
    const start = this.#template.indexOf(HUB);
    if (start === -1) return undefined;
    const rest = this.#template.slice(start + HUB.length);
    // What separates the name from whatever comes next.
    const next = rest.indexOf(HUB);
    const end = Math.min(rest.indexOf('/') + 1, next === -1 ? rest.length : next);
    const stop = path.indexOf(rest.slice(0, end), start);
    return stop === -1 ? undefined : path.slice(start, stop);
  }
}

/** Letter case does not matter, nor does a slash at the end. */
function normalize(path: string): string {
  const lower = path.toLowerCase();
  return lower.endsWith('/') ? lower : `${lower}/`;
}
