import { array, assert, boolean, constant, nat, oneof, property, record } from 'fast-check';
import type { Deliverable } from '../../lib/engine/delivery.js';
import { MessageBlocks } from '../../lib/engine/message.blocks.js';
import { MessageQueue } from '../../lib/engine/message.queue.js';

type Item = readonly [sequenceId: number, message: Deliverable];

const QUEUES = 3;

const messageOf = (topic: string): Deliverable => ({
  expiresAt: 0,
  topic,
  topicBy: () => undefined,
  isFor: () => true,
  frame: () => Buffer.alloc(0),
  sequencedFrame: () => Buffer.alloc(0),
});

/** Bytes of a frame; some are larger than a whole block may be. */
const bytesOf = ({ topic = '' }: Deliverable): number =>
  topic.endsWith('7') ? 70_000 : 10 + topic.length;

function contents(queue: MessageQueue): Item[] {
  const items: Item[] = [];
  queue.forEach((message, sequenceId) => items.push([sequenceId, message]));
  return items;
}

const step = oneof(
  // To all queues, or to some: those that get the same share blocks, until they part.
  record({
    type: constant('send' as const),
    to: array(boolean(), { minLength: 3, maxLength: 3 }),
    count: oneof(constant(1), nat(70)),
  }),
  record({ type: constant('forget' as const), queue: nat(QUEUES - 1), ahead: nat(120) }),
  record({ type: constant('keep' as const), queue: nat(QUEUES - 1), every: nat(3) }),
);

describe('MessageQueue', () => {
  it('holds what a list would hold, however many share its blocks', () => {
    assert(
      property(array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const blocks = new MessageBlocks();
        const queues = Array.from({ length: QUEUES }, () => new MessageQueue(blocks));
        const models: Item[][] = queues.map(() => []);
        const lastIds = queues.map(() => 0);
        let sent = 0;
        for (const one of steps) {
          if (one.type === 'send') {
            const messages = Array.from({ length: one.count }, () =>
              messageOf(String((sent += 1))),
            );
            one.to.forEach((isSent, index) => {
              if (!isSent || one.count === 0) return;
              const before = lastIds[index] ?? 0;
              queues[index]?.push(before + 1, messages, messages.map(bytesOf));
              messages.forEach((message, at) => models[index]?.push([before + 1 + at, message]));
              lastIds[index] = before + one.count;
            });
            continue;
          }
          const [queue, model = []] = [queues[one.queue] as MessageQueue, models[one.queue]];
          if (one.type === 'forget') {
            const upTo = (model[0]?.[0] ?? 0) + one.ahead;
            queue.forgetUpTo(upTo);
            models[one.queue] = model.filter(([sequenceId]) => sequenceId > upTo);
          } else {
            const isKept = (id: number): boolean => one.every === 0 || id % one.every !== 0;
            queue.keep((_, sequenceId) => isKept(sequenceId));
            models[one.queue] = model.filter(([sequenceId]) => isKept(sequenceId));
          }
        }
        queues.forEach((queue, index) => {
          const model = models[index] ?? [];
          expect(contents(queue)).toEqual(model);
          expect(queue.length).toBe(model.length);
          const bytes = model.reduce((sum, [, message]) => sum + bytesOf(message), 0);
          expect(queue.byteLength).toBe(bytes);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('holds nothing of what it has forgotten', () => {
    const queue = new MessageQueue(new MessageBlocks());
    const message = messageOf('1');
    queue.push(1, [message], [bytesOf(message)]);
    queue.forgetUpTo(1);
    expect([contents(queue), queue.length, queue.byteLength]).toEqual([[], 0, 0]);
  });
});
