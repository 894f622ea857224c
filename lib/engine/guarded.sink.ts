import type { Diagnostics } from './ports/diagnostics.interface.js';
import type { EventSink } from './ports/event-sink.interface.js';

/**
 * An event sink whose faults stay its own: what it throws at once is logged for a notification, which
 * nothing waits for, and becomes a rejection for an event that somebody waits for.
 */
export class GuardedEventSink implements EventSink {
  constructor(
    private readonly sink: EventSink,
    private readonly diagnostics: Diagnostics,
  ) {}

  connect(...args: Parameters<EventSink['connect']>): ReturnType<EventSink['connect']> {
    try {
      return this.sink.connect(...args);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  connected(...args: Parameters<EventSink['connected']>): void {
    try {
      this.sink.connected(...args);
    } catch (error) {
      this.diagnostics.error('a handler of connected failed', error);
    }
  }

  disconnected(...args: Parameters<EventSink['disconnected']>): void {
    try {
      this.sink.disconnected(...args);
    } catch (error) {
      this.diagnostics.error('a handler of disconnected failed', error);
    }
  }

  observesGroup(hub: string, group: string): boolean {
    return this.sink.observesGroup(hub, group);
  }

  groupJoined(...args: Parameters<EventSink['groupJoined']>): void {
    try {
      this.sink.groupJoined(...args);
    } catch (error) {
      this.diagnostics.error('a handler of joined failed', error);
    }
  }

  groupLeft(...args: Parameters<EventSink['groupLeft']>): void {
    try {
      this.sink.groupLeft(...args);
    } catch (error) {
      this.diagnostics.error('a handler of left failed', error);
    }
  }

  userEvent(...args: Parameters<EventSink['userEvent']>): ReturnType<EventSink['userEvent']> {
    try {
      return this.sink.userEvent(...args);
    } catch (error) {
      return Promise.reject(error);
    }
  }
}
