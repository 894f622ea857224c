import { isHubName, normalizeHubName } from '../../engine/names.js';
import { decode, lowerCaseNames, pathOf, type ClientTarget } from '../client-path.js';

const HUB_PATH = '/clients/mqtt/hubs/';

/** Reads `/clients/mqtt/hubs/{hub}`, below a prefix (client-protocols.md 1.1). */
export class MqttPath {
  /** @param prefix path in front of `/clients`, without a slash at its end; `''` for none */
  constructor(private readonly prefix: string) {}

  serves(target: string): boolean {
    return pathOf(target).startsWith(this.prefix + HUB_PATH);
  }

  parse(target: string): ClientTarget {
    const path = pathOf(target);
    const query = lowerCaseNames(new URLSearchParams(target.slice(path.length)));
    const name = decode(path.slice((this.prefix + HUB_PATH).length).replace(/\/$/, ''));
    if (!name || !isHubName(name)) return { hub: undefined, query, audiencePaths: [] };
    const hub = normalizeHubName(name);
    return { hub, query, audiencePaths: [`${this.prefix}${HUB_PATH}${hub}`] };
  }
}
