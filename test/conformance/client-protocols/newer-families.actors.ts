import { textPayload } from '../../../lib/engine/payload.js';
import type { UserEventOutcome } from '../../../lib/engine/ports/event-sink.interface.js';
import { ReliableClient } from '../../support/reliable.client.js';
import { startStage, type Persona, type Stage } from '../../support/stage.js';
import type { WireClient } from '../../support/wire.client.js';

export const ROLES = [
  'webpubsub.joinLeaveGroup',
  'webpubsub.sendToGroup',
  'webpubsub.setGroupState',
  'webpubsub.getGroupState',
];
export const ROOM = { groups: ['room'] };
export const INVALID = {
  code: 1007,
  reason: 'The client message is not a valid JSON protocol message.',
};

export type Frame = Readonly<Record<string, unknown>>;

/** A client whose frames are objects; what the two protocols say apart is left out. */
export class Actor {
  constructor(
    private readonly reliable: ReliableClient | undefined,
    private readonly plain: WireClient | undefined,
    readonly id: string,
  ) {}

  get wire(): WireClient {
    return (this.reliable?.wire ?? this.plain) as WireClient;
  }

  send(...frames: Frame[]): void {
    for (const frame of frames) this.wire.send(JSON.stringify(frame));
  }

  /** The next frame as it is. */
  async hearExactly(): Promise<Frame> {
    return (await this.wire.hearJson()) as Frame;
  }

  /** The next frame without its number. */
  async hear(): Promise<Frame> {
    const { sequenceId: _number, ...frame } = await this.hearExactly();
    return frame;
  }

  /** The next frame that is no `streamAck`. */
  async hearBesidesAcks(): Promise<Frame> {
    for (;;) {
      const frame = await this.hear();
      if (frame['type'] !== 'streamAck') return frame;
    }
  }

  /** Fails when anything but the answer to a ping comes. */
  async expectQuiet(): Promise<void> {
    await this.wire.expectQuiet();
  }
}

export const ack = (ackId: number): Frame => ({ type: 'ack', ackId, success: true });
export const refused = (ackId: number, name: string, message: string): Frame => ({
  type: 'ack',
  ackId,
  success: false,
  error: { name, message },
});
export const invoke = (
  invocationId: string,
  more: Frame = { dataType: 'text', data: 'hi' },
): Frame => ({
  type: 'invoke',
  invocationId,
  target: 'event',
  event: 'echo',
  ...more,
});
export const start = (streamId = 's', more: Frame = {}): Frame => ({
  type: 'sendToGroup',
  group: 'room',
  noEcho: false,
  stream: { streamId },
  ...more,
});
export const data = (streamSequenceId: number, text: string, streamId = 's'): Frame => ({
  type: 'streamData',
  streamId,
  streamSequenceId,
  dataType: 'text',
  data: text,
});
export const end = (more: Frame = {}): Frame => ({ type: 'streamEnd', streamId: 's', ...more });
export const streamAck = (expectedSequenceId: number): Frame => ({
  type: 'streamAck',
  streamId: 's',
  expectedSequenceId,
});
export const closed = (error?: Frame): Frame => ({
  type: 'streamClosed',
  streamId: 's',
  ...(error && { error }),
});
export const failure = (name: string): Frame => ({ name, message: expect.any(String) });
export const part = (streamSequenceId: number, text: string, more: Frame = {}): Frame => ({
  type: 'message',
  from: 'group',
  group: 'room',
  fromUserId: 'ann',
  dataType: 'text',
  data: text,
  stream: { streamId: 's', streamSequenceId, ...more },
});

/** Sorted as the service compares: by code units. */
export const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

/** The answer of a handler. */
export const says = (text: string): UserEventOutcome => ({
  handled: true,
  replies: [{ payload: textPayload(text) }],
});

/** Runs the cases with both JSON protocols. */
export const PROTOCOLS = [
  { protocol: 'json', reliable: false },
  { protocol: 'reliable json', reliable: true },
] as const;

/** A stage with the actors of the running test; those that are detached go with it too. */
export class Scene {
  readonly #ids: string[] = [];

  private constructor(readonly stage: Stage) {}

  static async open(): Promise<Scene> {
    return new Scene(await startStage('express'));
  }

  async connect(reliable: boolean, persona: Persona = {}): Promise<Actor> {
    const who = { roles: ROLES, ...persona };
    const client = reliable ? await ReliableClient.connect(this.stage, who) : undefined;
    const wire = client === undefined ? await this.stage.json(who) : undefined;
    const actor = new Actor(client, wire, client?.id ?? wire?.id ?? '');
    this.#ids.push(actor.id);
    return actor;
  }

  async reliable(persona: Persona = ROOM): Promise<ReliableClient> {
    const client = await ReliableClient.connect(this.stage, { roles: ROLES, ...persona });
    this.#ids.push(client.id);
    return client;
  }

  /** What handlers answer to the text of an event. */
  handle(answer: (data: string) => UserEventOutcome | Promise<UserEventOutcome>): void {
    this.stage.sink.onUserEvent = ({ payload }) => answer(payload.bytes.toString());
  }

  async clear(): Promise<void> {
    for (const id of this.#ids.splice(0)) await this.stage.api('DELETE', `/connections/${id}`);
    await this.stage.clear();
  }

  async close(): Promise<void> {
    await this.stage.close();
  }
}
