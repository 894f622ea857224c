import type {
  ConnectAccepted,
  ConnectEvent,
  ConnectRefused,
  DisconnectedEvent,
  EventSink,
  GroupEvent,
  LifecycleEvent,
  UserEvent,
  UserEventOutcome,
} from '../../lib/engine/ports/event-sink.interface.js';

type EventKind =
  'connects' | 'connecteds' | 'disconnecteds' | 'userEvents' | 'groupJoineds' | 'groupLefts';
type ConnectAnswer = ConnectAccepted | ConnectRefused;

/** An application's handlers: remembers every event and answers as the running test says. */
export class RecordingSink implements EventSink {
  readonly connects: ConnectEvent[] = [];
  readonly connecteds: LifecycleEvent[] = [];
  readonly disconnecteds: DisconnectedEvent[] = [];
  readonly userEvents: UserEvent[] = [];
  readonly groupJoineds: GroupEvent[] = [];
  readonly groupLefts: GroupEvent[] = [];
  /** Whether the application wants to know who is in a group. */
  watchesGroups = false;
  onConnect: ((event: ConnectEvent) => ConnectAnswer | Promise<ConnectAnswer>) | undefined;
  onUserEvent:
    | ((event: UserEvent, signal: AbortSignal) => UserEventOutcome | Promise<UserEventOutcome>)
    | undefined;
  #changed: (() => void)[] = [];

  connect(event: ConnectEvent): Promise<ConnectAnswer> | undefined {
    this.#note(this.connects, event);
    const answer = this.onConnect;
    return answer && (async () => await answer(event))();
  }

  connected(event: LifecycleEvent): void {
    this.#note(this.connecteds, event);
  }

  disconnected(event: DisconnectedEvent): void {
    this.#note(this.disconnecteds, event);
  }

  observesGroup(): boolean {
    return this.watchesGroups;
  }

  groupJoined(event: GroupEvent): void {
    this.#note(this.groupJoineds, event);
  }

  groupLeft(event: GroupEvent): void {
    this.#note(this.groupLefts, event);
  }

  userEvent(event: UserEvent, signal: AbortSignal): Promise<UserEventOutcome> | undefined {
    this.#note(this.userEvents, event);
    const answer = this.onUserEvent;
    return answer && (async () => await answer(event, signal))();
  }

  /** Waits until there are so many events of the kind. */
  async count(kind: EventKind, wanted: () => number): Promise<void> {
    while (this[kind].length < wanted()) await this.#change();
  }

  /** Waits for an event of the kind that `wanted` accepts. */
  async until<K extends EventKind>(
    kind: K,
    wanted: (event: RecordingSink[K][number]) => boolean = () => true,
  ): Promise<RecordingSink[K][number]> {
    for (;;) {
      const events: readonly RecordingSink[K][number][] = this[kind];
      const found = events.find((event) => wanted(event));
      if (found !== undefined) return found;
      await this.#change();
    }
  }

  reset(): void {
    for (const events of [
      this.connects,
      this.connecteds,
      this.disconnecteds,
      this.userEvents,
      this.groupJoineds,
      this.groupLefts,
    ]) {
      events.length = 0;
    }
    this.watchesGroups = false;
    this.onConnect = undefined;
    this.onUserEvent = undefined;
  }

  async #change(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#changed.push(resolve);
    });
  }

  #note<T>(events: T[], event: T): void {
    events.push(event);
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}
