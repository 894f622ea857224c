import type { Connection } from '../../engine/connection.js';
import type { Hub } from '../../engine/hub.js';
import type { Clock } from '../../engine/clock.js';
import type { Timed, TimingWheel, WheelTimer } from '../../engine/timing.wheel.js';
import type { SessionWill } from '../../protocols/mqtt/mqtt.session.js';
import type { WillPacket } from '../../protocols/mqtt/packets.js';
import { publishTarget } from '../../protocols/mqtt/topics.js';
import { groupMessage } from './group-message.js';

export interface WillParts {
  readonly connection: Connection;
  readonly hub: Hub;
  readonly timers: TimingWheel;
  readonly clock: Clock;
}

/** What a client wants published when it cannot say goodbye (client-protocols.md 8.12). */
export class Will implements SessionWill, Timed {
  #timer: WheelTimer | undefined;
  #isDone = false;

  constructor(
    private readonly packet: WillPacket,
    private readonly parts: WillParts,
  ) {}

  detached(sessionMs: number): void {
    const { willDelaySeconds = 0 } = this.packet.properties;
    const delayMs = Math.min(willDelaySeconds * 1000, sessionMs);
    if (delayMs === 0) this.publish();
    else if (this.#timer === undefined) this.#timer = this.parts.timers.schedule(delayMs, this);
  }

  publish(): void {
    if (this.#isDone) return;
    this.cancel();
    const { topic, payload, qos, properties } = this.packet;
    const target = publishTarget(topic);
    const { connection, hub, clock } = this.parts;
    if (target?.kind !== 'group' || !connection.permissions.allows('sendToGroup', target.group)) {
      return;
    }
    const message = groupMessage(connection, target.group, { payload, qos, properties }, clock());
    void hub.deliver({ kind: 'group', group: target.group }, message);
  }

  cancel(): void {
    this.#isDone = true;
    if (this.#timer !== undefined) this.parts.timers.cancel(this.#timer);
    this.#timer = undefined;
  }

  onTimer(): void {
    this.#timer = undefined;
    this.publish();
  }
}
