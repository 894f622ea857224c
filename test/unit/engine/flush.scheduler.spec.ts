import { FlushScheduler } from '../../../lib/engine/flush.scheduler.js';
import { nextTurn } from './support/fake.channel.js';

describe('FlushScheduler', () => {
  it('flushes everybody once, in their order, when the turn is over', async () => {
    const scheduler = new FlushScheduler();
    const flushed: string[] = [];
    for (const name of ['a', 'b', 'c']) scheduler.add({ flush: () => flushed.push(name) });
    await Promise.resolve();
    expect(flushed).toEqual([]);
    await nextTurn();
    await nextTurn();
    expect(flushed).toEqual(['a', 'b', 'c']);
  });

  it('gives those another turn who come while it flushes', async () => {
    const scheduler = new FlushScheduler();
    const flushed: string[] = [];
    const late = { flush: () => flushed.push('late') };
    scheduler.add({
      flush: () => {
        scheduler.add(late);
        flushed.push('early');
      },
    });
    await new Promise(setImmediate);
    expect(flushed).toEqual(['early']);
    await nextTurn();
    expect(flushed).toEqual(['early', 'late']);
  });

  it('has one root in a turn, and another in the next', async () => {
    const scheduler = new FlushScheduler();
    const root = scheduler.root;
    const frame = Buffer.from('a');
    const node = root.append(frame, 0);
    let during = root;
    scheduler.add({ flush: () => (during = scheduler.root) });
    expect(scheduler.root).toBe(root);
    await nextTurn();
    expect(during).not.toBe(root);
    expect(scheduler.root).toBe(during);
    expect(scheduler.root.append(frame, 0)).not.toBe(node);
  });
});
