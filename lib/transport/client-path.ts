import { isHubName, normalizeHubName } from '../engine/names.js';

/** Where the client endpoint is mounted, and what a request target under it means. */
export interface ClientTarget {
  /** Lower case; `undefined` when the name is missing or not a hub name. */
  readonly hub: string | undefined;
  /** Query parameters under lower-case names; the values are as sent. */
  readonly query: URLSearchParams;
  /** The paths that the audience of a token may name for this request. */
  readonly audiencePaths: readonly string[];
}

const HUB_PATH = '/client/hubs/';

/** Reads `/client/hubs/{hub}` and the legacy `/client/?hub={hub}`, below a prefix (client-protocols.md 1.1). */
export class ClientPath {
  /** @param prefix path in front of `/client`, without a slash at its end; `''` for none */
  constructor(private readonly prefix: string) {}

  /** Whether an upgrade of this request target is for us. */
  servesUpgrade(target: string): boolean {
    const path = this.#relativePath(target);
    return path !== undefined && (isLegacyPath(path) || path.startsWith(HUB_PATH));
  }

  /** Whether a plain request to this target can only be a client that forgot to upgrade. */
  expectsUpgrade(target: string): boolean {
    const path = this.#relativePath(target);
    if (path === undefined) return false;
    return path.startsWith(HUB_PATH) || (isLegacyPath(path) && /[?&]hub=/i.test(target));
  }

  parse(target: string): ClientTarget {
    const path = this.#relativePath(target) ?? '';
    const query = lowerCaseNames(new URLSearchParams(target.slice(pathOf(target).length)));
    const name = path.startsWith(HUB_PATH)
      ? decode(path.slice(HUB_PATH.length).replace(/\/$/, ''))
      : query.get('hub');
    if (!name || !isHubName(name)) return { hub: undefined, query, audiencePaths: [] };
    const hub = normalizeHubName(name);
    const legacy = [`${this.prefix}/client/?hub=${hub}`, `${this.prefix}/client?hub=${hub}`];
    return { hub, query, audiencePaths: [`${this.prefix}${HUB_PATH}${hub}`, ...legacy] };
  }

  #relativePath(target: string): string | undefined {
    const path = pathOf(target);
    return path.startsWith(`${this.prefix}/`) ? path.slice(this.prefix.length) : undefined;
  }
}

export function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

function isLegacyPath(path: string): boolean {
  return path === '/client' || path === '/client/';
}

export function lowerCaseNames(query: URLSearchParams): URLSearchParams {
  const lowered = new URLSearchParams();
  for (const [name, value] of query) lowered.append(name.toLowerCase(), value);
  return lowered;
}

export function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
