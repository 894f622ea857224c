import type { Connection } from '../../engine/connection.js';
import { Message } from '../../engine/message.js';
import { binaryPayload } from '../../engine/payload.js';
import type { Diagnostics } from '../../engine/ports/diagnostics.interface.js';
import type {
  EventReply,
  EventSink,
  UserEventOutcome,
} from '../../engine/ports/event-sink.interface.js';
import type {
  MqttEventAnswer,
  MqttUserProperty,
} from '../../engine/ports/mqtt-events.interface.js';
import { contentTypeOf, payloadOf } from '../../protocols/mqtt/content-types.js';
import type { PublishPacket } from '../../protocols/mqtt/packets.js';
import { outcomeTopic } from '../../protocols/mqtt/topics.js';

/** Events of one client that may be at work; the next packet waits for one of them. */
const MAX_EVENTS_AT_WORK = 32;

const NO_CONTENT: EventReply = { payload: binaryPayload(Buffer.alloc(0)) };

/** Brings what clients publish to `$webpubsub/server/events/{name}` to handlers (8.11). */
export class MqttUserEvents {
  readonly #atWork = new WeakMap<Connection, Set<Promise<void>>>();

  constructor(
    private readonly events: EventSink,
    private readonly diagnostics: Diagnostics,
  ) {}

  /** @returns a promise when the client has enough events at work */
  raise(connection: Connection, packet: PublishPacket, event: string): Promise<void> | undefined {
    const { contentType, userProperties = [] } = packet.properties;
    const asked = this.events.userEvent(
      {
        connection: connection.info,
        id: connection.nextEventId(),
        event,
        payload: payloadOf(contentType, packet.payload),
        metadata: undefined,
        mqtt: { contentType, userProperties },
      },
      connection.endSignal,
    );
    if (asked === undefined) {
      this.#answer(connection, packet, event, { handled: false, mqtt: { status: 404 } });
      return undefined;
    }
    return this.#wait(
      connection,
      asked.then(
        (outcome) => this.#answer(connection, packet, event, outcome),
        (error: unknown) => {
          const where = `hub ${connection.info.hub}: event ${event} of connection ${connection.id}`;
          this.diagnostics.error(`${where} failed`, error);
          this.#answer(connection, packet, event, { handled: false });
        },
      ),
    );
  }

  #wait(connection: Connection, work: Promise<void>): Promise<void> | undefined {
    const atWork = this.#atWork.get(connection) ?? new Set();
    this.#atWork.set(connection, atWork);
    atWork.add(work);
    void work.finally(() => atWork.delete(work));
    return atWork.size < MAX_EVENTS_AT_WORK ? undefined : Promise.race(atWork);
  }

  #answer(
    connection: Connection,
    packet: PublishPacket,
    event: string,
    outcome: UserEventOutcome,
  ): void {
    if (outcome.handled && outcome.state !== undefined) connection.state = outcome.state;
    const topic = outcomeTopic(event, outcome.handled);
    for (const reply of repliesOf(outcome)) {
      connection.deliver(
        new Message({
          origin: { from: 'server' },
          payload: reply.payload,
          mqtt: {
            topic,
            qos: packet.qos,
            sender: undefined,
            contentType:
              reply === NO_CONTENT
                ? undefined
                : (outcome.mqtt?.contentType ?? contentTypeOf(reply.payload.dataType)),
            correlationData: packet.properties.correlationData,
            userProperties: propertiesOf(outcome.mqtt ?? defaultAnswer(outcome), reply),
          },
        }),
      );
    }
  }
}

function repliesOf(outcome: UserEventOutcome): readonly EventReply[] {
  if (outcome.handled) return outcome.replies.length > 0 ? outcome.replies : [NO_CONTENT];
  return [outcome.mqtt?.payload ? { payload: outcome.mqtt.payload } : NO_CONTENT];
}

function defaultAnswer(outcome: UserEventOutcome): MqttEventAnswer {
  if (!outcome.handled) return { status: outcome.status ?? 500 };
  return { status: outcome.replies.length > 0 ? 200 : 204 };
}

function propertiesOf(answer: MqttEventAnswer, reply: EventReply): readonly MqttUserProperty[] {
  const metadata = [...(reply.metadata ?? [])].map(([name, value]) => ({ name, value }));
  return [
    { name: 'azure-status-code', value: String(answer.status) },
    ...(answer.userProperties ?? []),
    ...metadata,
  ];
}
