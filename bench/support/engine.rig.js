import { MemoryBackplane } from '../../dist/backplane/memory/memory.backplane.js';
import { Engine } from '../../dist/engine/engine.js';
import { Permissions } from '../../dist/engine/permissions.js';
import { jsonProtocol } from '../../dist/protocols/json/json.protocol.js';

export const noop = () => {};

const channel = { bufferedBytes: 0, write: () => true, close: noop, abort: noop };
const events = {
  observesGroup: () => false,
  connected: noop,
  disconnected: noop,
  groupJoined: noop,
  groupLeft: noop,
};
const diagnostics = { debug: noop, warn: noop, error: noop };
const tokens = { issue: () => 'token', isValid: () => true };

/** What one connection may be in. */
const GROUPS_EACH = 10_000;

/**
 * A node without sockets. Each connection has a user of its own and is in no group; groups have one
 * member each, who is there for nothing else.
 */
export class EngineRig {
  connections = [];
  #engine = new Engine({ backplane: new MemoryBackplane(), events, diagnostics, tokens });

  /** @param {{ connections: number, groups: number }} size */
  static async filled({ connections, groups }) {
    const rig = new EngineRig();
    await rig.#engine.start();
    rig.local = rig.#engine.serve('bench').local;
    for (let from = 0; from < groups; from += GROUPS_EACH) {
      const count = Math.min(GROUPS_EACH, groups - from);
      const names = Array.from({ length: count }, (_, step) => rig.groupName(from + step));
      await rig.#connect(`holder${from}`, names);
    }
    for (let index = 0; index < connections; index += 1) {
      rig.connections.push(await rig.#connect(`visitor${index}`, []));
    }
    return rig;
  }

  groupName(index) {
    return `group${index}`;
  }

  async stop() {
    await this.#engine.stop();
  }

  #connect(name, groups) {
    const init = {
      id: `connection of ${name}`,
      identity: {},
      userId: name,
      permissions: new Permissions([]),
      protocol: jsonProtocol,
      subprotocol: jsonProtocol.name,
      state: undefined,
    };
    return this.local.add(init, channel, groups);
  }
}
