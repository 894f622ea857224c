import { AnswerMemory } from '../../../../lib/webhooks/receiver/answer.memory.js';
import type { EventAnswer } from '../../../../lib/webhooks/receiver/event-answer.js';

const answerOf = (bytes: number): EventAnswer => ({ status: 200, body: Buffer.alloc(bytes) });

describe('the memory of answers', () => {
  const clock = (): number => 0;
  /** @returns whether the event was handled, not remembered */
  const isHandled = async (memory: AnswerMemory, key: string, answer = answerOf(0)) => {
    let handled = false;
    await memory.answer(key, async () => {
      handled = true;
      return answer;
    });
    return handled;
  };

  it('forgets the oldest when there are too many', async () => {
    const memory = new AnswerMemory({ windowMs: 1000, clock, maxEntries: 2 });
    for (const key of ['a', 'b', 'c']) await isHandled(memory, key);
    expect(await isHandled(memory, 'b')).toBe(false);
    expect(await isHandled(memory, 'c')).toBe(false);
    expect(await isHandled(memory, 'a')).toBe(true);
  });

  it('forgets the oldest when they are too large, and never keeps one that is', async () => {
    const memory = new AnswerMemory({ windowMs: 1000, clock, maxBytes: 100 });
    await isHandled(memory, 'a', answerOf(60));
    await isHandled(memory, 'b', answerOf(60));
    expect(await isHandled(memory, 'b')).toBe(false);
    expect(await isHandled(memory, 'a')).toBe(true);
    await isHandled(memory, 'c', answerOf(200));
    expect(await isHandled(memory, 'c')).toBe(true);
  });

  it.each([400, 404, 500, 503])('keeps no answer with status %d', async (status) => {
    const memory = new AnswerMemory({ windowMs: 1000, clock });
    await isHandled(memory, 'a', { status });
    expect(await isHandled(memory, 'a')).toBe(true);
  });
});
