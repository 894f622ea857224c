import { FlushScheduler } from '../../../lib/engine/flush.scheduler.js';
import { nextTurn } from './support/fake.channel.js';

describe('FlushScheduler', () => {
  it('flushes everybody once, in their order, as soon as the code that runs is through', async () => {
    const scheduler = new FlushScheduler();
    const flushed: string[] = [];
    for (const name of ['a', 'b', 'c']) scheduler.add({ flush: () => flushed.push(name) });
    expect(flushed).toEqual([]);
    await Promise.resolve();
    expect(flushed).toEqual(['a', 'b', 'c']);
    await nextTurn();
    await nextTurn();
    expect(flushed).toEqual(['a', 'b', 'c']);
  });

  it('flushes once in a turn from then on, until a turn brings nothing', async () => {
    const scheduler = new FlushScheduler();
    const flushed: string[] = [];
    const add = async (name: string) => {
      scheduler.add({ flush: () => flushed.push(name) });
      await Promise.resolve();
    };
    await add('first');
    await add('second');
    await add('third');
    expect(flushed).toEqual(['first']);
    await nextTurn();
    expect(flushed).toEqual(['first', 'second', 'third']);
    await nextTurn();
    await add('after a quiet turn');
    expect(flushed.at(-1)).toBe('after a quiet turn');
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
    await Promise.resolve();
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
    await Promise.resolve();
    expect(during).not.toBe(root);
    expect(scheduler.root).toBe(during);
    expect(scheduler.root.append(frame, 0)).not.toBe(node);
  });

  describe('with a crowd', () => {
    const names = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, index) => `${prefix}${String(index)}`);

    const turn = () => new Promise(setImmediate);

    function stage() {
      const scheduler = new FlushScheduler();
      const flushed: string[] = [];
      const append = (list: readonly string[]) =>
        scheduler.fanOut(list.length, () => {
          for (const name of list) scheduler.add({ flush: () => flushed.push(name) });
        });
      return { scheduler, flushed, append };
    }

    it('writes it in slices, in its order, and leaves room for other work between them', async () => {
      const { flushed, append } = stage();
      const crowd = names('c', 300);
      append(crowd);
      const sizes: number[] = [];
      while (flushed.length < 300) {
        await turn();
        sizes.push(flushed.length);
      }
      expect(sizes).toEqual([128, 256, 300]);
      expect(flushed).toEqual(crowd);
    });

    it('lets a small audience go first that comes after it', async () => {
      const { flushed, append } = stage();
      append(names('c', 300));
      append(names('q', 10));
      await turn();
      expect(flushed.slice(0, 10)).toEqual(names('q', 10));
      append(names('r', 1));
      await turn();
      expect(flushed.indexOf('r0')).toBe(138);
    });

    it('starves nobody, however much comes for small ones', async () => {
      const { flushed, append } = stage();
      append(names('c', 200));
      for (let round = 0; round < 2; round += 1) {
        for (let index = 0; index < 100; index += 1) append(names(`q${String(round)}-`, 10));
        await turn();
      }
      expect(flushed.filter((name) => name.startsWith('c'))).toEqual(names('c', 200));
    });

    it('does not write more than so much for small ones in a turn either', async () => {
      const { flushed, append } = stage();
      for (let index = 0; index < 30; index += 1) append(names(`q${String(index)}-`, 10));
      const sizes: number[] = [];
      while (flushed.length < 300) {
        await turn();
        sizes.push(flushed.length);
      }
      expect(sizes).toEqual([128, 256, 300]);
    });

    it('counts what follows a fan-out that fails as small again', async () => {
      const { scheduler, flushed, append } = stage();
      append(names('c', 200));
      expect(() =>
        scheduler.fanOut(1000, () => {
          throw new Error('broken');
        }),
      ).toThrow('broken');
      scheduler.add({ flush: () => flushed.push('one') });
      await turn();
      expect(flushed[0]).toBe('one');
    });
  });
});
