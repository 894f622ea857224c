import { MemoryBackplane } from '../../../../lib/backplane/memory/memory.backplane.js';
import type { Connection } from '../../../../lib/engine/connection.js';
import { Engine, type EngineOptions } from '../../../../lib/engine/engine.js';
import { Permissions } from '../../../../lib/engine/permissions.js';
import type { ClientProtocol } from '../../../../lib/engine/ports/client-protocol.interface.js';
import type { Diagnostics } from '../../../../lib/engine/ports/diagnostics.interface.js';
import { RecordingSink } from '../../../support/recording.sink.js';
import { FakeChannel } from './fake.channel.js';
import { lineProtocol } from './line.protocol.js';

export const EVERY_ROLE = ['webpubsub.joinLeaveGroup', 'webpubsub.sendToGroup'];

/** Fails when interest is declared twice or withdrawn without having been declared. */
export class StrictBackplane extends MemoryBackplane {
  readonly subjects = new Set<string>();

  override subscribe(subject: string): undefined {
    if (this.subjects.has(subject)) throw new Error(`${subject} is subscribed already`);
    this.subjects.add(subject);
    return super.subscribe(subject);
  }

  override unsubscribe(subject: string): void {
    if (!this.subjects.delete(subject)) throw new Error(`${subject} was not subscribed`);
    super.unsubscribe(subject);
  }
}

export class RecordingDiagnostics implements Diagnostics {
  readonly errors: { readonly message: string; readonly cause: unknown }[] = [];

  debug(): void {}

  warn(): void {}

  error(message: string, cause?: unknown): void {
    this.errors.push({ message, cause });
  }
}

export interface Visitor {
  readonly id?: string;
  readonly userId?: string;
  readonly groups?: readonly string[];
  readonly roles?: readonly string[];
  readonly protocol?: ClientProtocol;
}

/** A connection and its socket. */
export interface Client {
  readonly connection: Connection;
  readonly channel: FakeChannel;
}

/** One node without sockets: hub `chat`, and connections that are read from by the test. */
export class EngineRig {
  readonly backplane = new StrictBackplane();
  readonly events = new RecordingSink();
  readonly diagnostics = new RecordingDiagnostics();
  readonly engine: Engine;
  now = 1_000_000;
  #ids = 0;

  constructor(options: Partial<EngineOptions> = {}) {
    this.engine = new Engine({
      backplane: this.backplane,
      events: this.events,
      diagnostics: this.diagnostics,
      clock: () => this.now,
      tokens: { issue: () => 'token', isValid: (token) => token === 'token' },
      ...options,
    });
  }

  static async started(options: Partial<EngineOptions> = {}): Promise<EngineRig> {
    const rig = new EngineRig(options);
    await rig.engine.start();
    return rig;
  }

  /** One who is connected and reads. */
  async connect(visitor: Visitor = {}): Promise<Client> {
    const client = await this.connectBlocked(visitor);
    client.connection.drained(client.channel);
    return client;
  }

  /** One whose socket is not there yet. */
  async connectBlocked({
    id = `c${(this.#ids += 1)}`,
    userId,
    groups = [],
    roles = EVERY_ROLE,
    protocol = lineProtocol,
  }: Visitor = {}): Promise<Client> {
    const channel = new FakeChannel();
    const permissions = new Permissions(roles);
    const init = {
      id,
      identity: {},
      userId,
      permissions,
      protocol,
      subprotocol: undefined,
      state: undefined,
    };
    const { local } = this.engine.serve('chat');
    const connection = await local.add(init, channel, groups);
    return { connection, channel };
  }
}

/** What a client was sent. */
export function lines({ channel }: Client): string[] {
  return channel.text.split('\n').slice(0, -1);
}
