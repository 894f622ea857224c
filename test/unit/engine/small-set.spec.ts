import { SmallSet } from '../../../lib/engine/small-set.js';

function filled(count: number): SmallSet<number> {
  const set = new SmallSet<number>();
  for (let item = 0; item < count; item += 1) set.add(item);
  return set;
}

// It is an array up to 8 items and a hash table from then on.
describe.each([1, 7, 8, 9, 10, 100])('SmallSet of %d items', (count) => {
  it('has what was added, in the order it was added', () => {
    const set = filled(count);
    expect(set.size).toBe(count);
    expect([...set]).toEqual(Array.from({ length: count }, (_, item) => item));
    expect([set.has(0), set.has(count - 1), set.has(count)]).toEqual([true, true, false]);
  });

  it('tells whether an item is new', () => {
    const set = filled(count);
    expect([set.add(0), set.add(count), set.add(count)]).toEqual([false, true, false]);
    expect(set.size).toBe(count + 1);
  });

  it('tells whether an item was there', () => {
    const set = filled(count);
    expect([set.delete(0), set.delete(0), set.delete(count)]).toEqual([true, false, false]);
    expect(set.size).toBe(count - 1);
    expect(set.has(0)).toBe(false);
  });

  it('can be emptied and filled again', () => {
    const set = filled(count);
    for (let item = 0; item < count; item += 1) set.delete(item);
    expect([set.size, [...set]]).toEqual([0, []]);
    set.add(5);
    expect([...set]).toEqual([5]);
  });
});
