import { AckMemory } from '../../../lib/engine/ack-memory.js';

function known(memory: AckMemory, ...ids: bigint[]): bigint[] {
  return ids.filter((id) => memory.has(id));
}

describe('AckMemory', () => {
  it('knows exactly what it was told, 64 bits wide', () => {
    const memory = new AckMemory(10);
    for (const id of [0n, 2n ** 53n, 2n ** 64n - 1n]) memory.remember(id);
    expect(known(memory, 0n, 2n ** 53n, 2n ** 64n - 1n)).toHaveLength(3);
    expect(known(memory, 1n, 2n ** 53n + 1n, 2n ** 64n - 2n)).toEqual([]);
  });

  it('forgets the oldest, not the lowest (J12)', () => {
    const memory = new AckMemory(3);
    for (const id of [9n, 1n, 5n]) memory.remember(id);
    memory.remember(7n);
    expect(known(memory, 9n, 1n, 5n, 7n)).toEqual([1n, 5n, 7n]);
    memory.remember(9n);
    expect(known(memory, 9n, 1n, 5n, 7n)).toEqual([9n, 5n, 7n]);
  });

  it('remembers 1000 of 1001 (J12)', () => {
    const memory = new AckMemory(1000);
    for (let id = 1n; id <= 1001n; id += 1n) memory.remember(id);
    expect(known(memory, 1n, 2n, 1001n)).toEqual([2n, 1001n]);
  });
});
