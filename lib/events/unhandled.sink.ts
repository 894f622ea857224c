import type { EventSink } from '../engine/ports/event-sink.interface.js';

/** The sink of an application that handles no events: clients are let in, their events fail. */
export class UnhandledEventSink implements EventSink {
  connect(): undefined {}

  connected(): void {}

  disconnected(): void {}

  userEvent(): undefined {}
}
