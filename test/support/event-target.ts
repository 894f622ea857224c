import type { LoggerService } from '@nestjs/common';
import {
  WebPubSubEventSettings,
  WebPubSubModule,
  type EventEnvelope,
  type WebPubSubEventHandlerOptions,
  type WebPubSubEventListenerOptions,
} from 'nestjs-web-pubsub';
import { startHost, type Host } from './host.app.js';
import { ACCESS_KEY } from './keys.js';
import { ProtobufClient } from './protobuf.client.js';
import { RecordingSink } from './recording.sink.js';
import { Stage, type Persona, type StageOptions } from './stage.js';
import {
  WebhookReceiver,
  type Reaction,
  type ReceivedRequest,
  type Script,
} from './webhook.receiver.js';

/** Who takes the events of a hub. */
export interface Takers {
  readonly eventHandlers?: readonly WebPubSubEventHandlerOptions[];
  readonly eventListeners?: readonly WebPubSubEventListenerOptions[];
}

const SYSTEM_EVENTS = ['connect', 'connected', 'disconnected'] as const;

/** Answers in turn; the last one again and again. */
export function inTurn(...reactions: readonly Reaction[]): Script {
  let index = 0;
  return () => {
    const reaction = reactions[Math.min(index, reactions.length - 1)];
    index += 1;
    return reaction ?? { status: 204 };
  };
}

/**
 * A stage whose events leave the process: hub `chat` has one webhook for everything, unless a test
 * says otherwise. Each test has a webhook of its own, see {@link begin}.
 */
export class EventStage extends Stage {
  /** What the application logged. */
  readonly log: string[] = [];
  readonly #hooks: WebhookReceiver[] = [];

  constructor(host: Host) {
    super(host, new RecordingSink(), '');
  }

  /** The webhook of the running test. */
  get hook(): WebhookReceiver {
    const hook = this.#hooks.at(-1);
    if (hook === undefined) throw new Error('The test has not begun.');
    return hook;
  }

  get settings(): WebPubSubEventSettings {
    return this.host.app.get(WebPubSubEventSettings, { strict: false });
  }

  /** Gives the test a webhook that was never asked for its consent. */
  async begin(): Promise<void> {
    this.#hooks.push(await WebhookReceiver.start());
    this.log.length = 0;
    // Nest has one logger for all applications of a process; the last that started has set its own.
    this.host.app.useLogger(collect(this.log));
    this.use();
  }

  override async clear(): Promise<void> {
    // Also those whose socket is gone, and who could come back.
    await this.api('POST', '/:closeConnections');
    await super.clear();
    // It stays open: what is still on its way would otherwise fail during the next test.
    this.hook.reset();
  }

  override async close(): Promise<void> {
    // First, so that the application need not wait for an answer.
    for (const hook of this.#hooks) await hook.close();
    await super.close();
  }

  /** Replaces who takes the events of hub `chat`. */
  use({ eventHandlers = [this.handler()], eventListeners = [] }: Takers = {}): void {
    this.settings.configure('chat', {
      eventHandlers,
      eventListeners: [this.#witness(), ...eventListeners],
    });
  }

  /** A webhook for everything, as events.md 15 has it. */
  handler(
    more: Partial<WebPubSubEventHandlerOptions> = {},
    path = '/e/{hub}/{event}',
  ): WebPubSubEventHandlerOptions {
    return {
      urlTemplate: `${this.hook.url}${path}`,
      userEventPattern: '*',
      systemEvents: SYSTEM_EVENTS,
      ...more,
    };
  }

  /** How the webhook answers events, by name; 204 to all others. */
  answer(scripts: Readonly<Record<string, Reaction | Script>>): void {
    this.hook.onEvent = (request, index) => {
      const script = scripts[request.header('ce-eventName') ?? ''] ?? { status: 204 };
      return typeof script === 'function' ? script(request, index) : script;
    };
  }

  /** The events of one name that have come to the webhook. */
  posts(name: string): readonly ReceivedRequest[] {
    return this.hook.posts.filter((post) => post.header('ce-eventName') === name);
  }

  /** Waits for an event. */
  async post(name: string, nth = 1): Promise<ReceivedRequest> {
    const { hook } = this;
    for (;;) {
      const found = this.posts(name)[nth - 1];
      if (found !== undefined) return found;
      await hook.posted(hook.posts.length + 1);
    }
  }

  /** Names of all events in the order of their arrival. */
  get posted(): readonly (string | undefined)[] {
    return this.hook.posts.map((post) => post.header('ce-eventName'));
  }

  /** The URL a client of this persona connects to. */
  clientUrl(persona?: Persona): string {
    return `ws://127.0.0.1:${this.port}${this.target(persona)}`;
  }

  async protobuf(
    persona?: Persona,
    subprotocol = 'protobuf.webpubsub.azure.v1',
  ): Promise<ProtobufClient> {
    return await ProtobufClient.connect(this.clientUrl(persona), subprotocol);
  }

  /** Learns who is connected, as a listener of the application. */
  #witness(): WebPubSubEventListenerOptions {
    return {
      filter: { systemEvents: ['connected', 'disconnected'] },
      listener: ({ applicationProperties, body }: EventEnvelope) => {
        const property = (name: string): string | undefined =>
          applicationProperties[`cloudEvents:${name}`];
        const event = {
          id: Number(property('id')),
          connection: {
            hub: property('hub') ?? '',
            connectionId: property('connectionid') ?? '',
            userId: property('userid'),
            subprotocol: property('subprotocol'),
            state: property('connectionstate'),
            identity: {},
          },
        };
        if (property('eventname') === 'connected') return this.sink.connected(event);
        const { reason } = JSON.parse(body.toString()) as { reason: string };
        return this.sink.disconnected({ ...event, reason });
      },
    };
  }
}

/** Errors and warnings, one text each. */
function collect(log: string[]): LoggerService {
  const note = (...words: readonly unknown[]): void => {
    log.push(words.map((word) => (word instanceof Error ? word.message : String(word))).join(' '));
  };
  return { log: () => {}, warn: note, error: note };
}

/** Delays between attempts are short; events go to this machine. */
export async function startEventStage({
  module = {},
  imports = [],
  ...host
}: StageOptions = {}): Promise<EventStage> {
  const { events, ...rest } = module;
  const started = await startHost('express', {
    ...host,
    imports: [
      ...imports,
      WebPubSubModule.forRoot({
        accessKey: ACCESS_KEY,
        hubs: ['chat'],
        logStart: false,
        events: { retryDelaysSeconds: [0.01, 0.02, 0.03], allowLoopback: true, ...events },
        ...rest,
      }),
    ],
  });
  return new EventStage(started);
}
