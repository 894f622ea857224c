import type { EventEnvelope } from 'nestjs-web-pubsub';
import { startEventStage, type EventStage } from '../../support/event-target.js';
import { ReliableClient } from '../../support/reliable.client.js';
import type { ScriptedAnswer } from '../../support/webhook.receiver.js';

function event(more: object = {}): string {
  return JSON.stringify({ type: 'event', event: 'e1', dataType: 'text', data: 'x', ...more });
}

describe('the state of a connection (events.md 2.8, 15.4)', () => {
  let stage: EventStage;
  beforeAll(async () => (stage = await startEventStage()));
  beforeEach(() => stage.begin());
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  const copies: EventEnvelope[] = [];
  beforeEach(() => {
    copies.length = 0;
    const listener = (envelope: EventEnvelope): number => copies.push(envelope);
    stage.use({ eventListeners: [{ filter: { userEventPattern: '*' }, listener }] });
  });

  /** Sends an event that is answered so, and tells what the next one carries. */
  async function after(...answers: ScriptedAnswer[]): Promise<string | undefined> {
    const client = await stage.json();
    stage.answer({ e1: () => answers.shift() ?? { status: 204 } });
    const count = answers.length + 1;
    for (let ackId = 1; ackId <= count; ackId += 1) {
      client.send(event({ ackId }));
      while (!String(await client.hear()).includes('ack'));
    }
    return (await stage.post('e1', count)).header('ce-connectionState');
  }

  function state(value: string, more: Partial<ScriptedAnswer> = {}): ScriptedAnswer {
    return { status: 204, headers: [['ce-connectionState', value]], ...more };
  }

  const last = (): string | undefined =>
    copies.at(-1)?.applicationProperties['cloudEvents:connectionstate'];

  it.each<[string, ScriptedAnswer[], string | undefined]>([
    ['U19 is none until it is set', [{ status: 204 }], undefined],
    ['U19 is what was set', [state('S, t="1"')], 'S, t="1"'],
    ['U19 stays until it is changed', [state('S'), { status: 204 }, { status: 200 }], 'S'],
    ['U19 is changed', [state('S'), state('T')], 'T'],
    [
      '2.8.4 is the last of several',
      [
        state('S', {
          headers: [
            ['ce-connectionState', 'S'],
            ['CE-ConnectionState', 'T, U'],
          ],
        }),
      ],
      'T, U',
    ],
    ['U21 is not set by a failure', [state('S'), state('T', { status: 400 })], 'S'],
    [
      'U21 is not set by an answer nobody can use',
      [
        state('S'),
        state('T', {
          status: 200,
          body: '<p>',
          headers: [
            ['Content-Type', 'text/html'],
            ['ce-connectionState', 'T'],
          ],
        }),
      ],
      'S',
    ],
  ])('%s', async (_, answers, expected) => {
    expect(await after(...answers)).toBe(expected);
    expect(last()).toBe(expected);
  });

  it('U20 may be empty: for webhooks, not for listeners', async () => {
    expect(await after(state('S'), state(''))).toBe('');
    expect(copies).toHaveLength(3);
    expect(copies[1]?.applicationProperties['cloudEvents:connectionstate']).toBe('S');
    expect(copies[2]?.applicationProperties).not.toHaveProperty('cloudEvents:connectionstate');
  });

  it('2.8.2 outlives the socket of a reliable client, and disconnected has it', async () => {
    stage.answer({ e1: state('S') });
    const client = await ReliableClient.connect(stage);
    client.send({ type: 'event', event: 'e1', dataType: 'text', data: 'x', ackId: 1 });
    await client.wire.hear();
    await client.cut();
    await client.recover();
    client.send({ type: 'event', event: 'e2', dataType: 'text', data: 'x', ackId: 2 });
    client.wire.close(1000);
    const post = await stage.post('disconnected');
    expect(post.header('ce-connectionState')).toBe('S');
  });
});
