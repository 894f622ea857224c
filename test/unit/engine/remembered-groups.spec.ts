import { RememberedGroups } from '../../../lib/engine/remembered-groups.js';

describe('RememberedGroups (rest.md 5.7)', () => {
  it('keeps pairs of user and group', () => {
    const remembered = new RememberedGroups(10);
    remembered.add('ann', 'g1');
    remembered.add('ann', 'g2');
    remembered.add('bob', 'g1');
    expect([...remembered.of('ann')]).toEqual(['g1', 'g2']);
    expect([...remembered.of('bob')]).toEqual(['g1']);
    expect([...remembered.of('cid')]).toEqual([]);
    expect(remembered.has('ann', 'g2')).toBe(true);
    expect(remembered.has('bob', 'g2')).toBe(false);
  });

  it.each<[string, string | undefined, string[]]>([
    ['one group', 'g1', ['g2']],
    ['a group that is not remembered', 'g9', ['g1', 'g2']],
    ['every group', undefined, []],
  ])('forgets %s of one user', (_what, group, left) => {
    const remembered = new RememberedGroups(10);
    for (const user of ['ann', 'bob']) for (const name of ['g1', 'g2']) remembered.add(user, name);
    remembered.forget('ann', group);
    remembered.forget('nobody', group);
    expect([...remembered.of('ann')]).toEqual(left);
    expect([...remembered.of('bob')]).toEqual(['g1', 'g2']);
  });

  it('is empty when the last pair is forgotten, one by one or all at once', () => {
    const remembered = new RememberedGroups(10);
    expect(remembered.isEmpty).toBe(true);
    for (const group of ['g1', 'g2']) remembered.add('ann', group);
    remembered.add('bob', 'g1');
    remembered.forget('ann', undefined);
    expect(remembered.isEmpty).toBe(false);
    remembered.forget('bob', 'g1');
    remembered.forget('bob', 'g1');
    expect(remembered.isEmpty).toBe(true);
  });

  it('has room for so many pairs of all users together', () => {
    const remembered = new RememberedGroups(3);
    expect(remembered.add('ann', 'g1')).toBe(true);
    expect(remembered.add('ann', 'g2')).toBe(true);
    expect(remembered.add('bob', 'g1')).toBe(true);
    expect(remembered.add('bob', 'g2')).toBe(false);
    expect(remembered.has('bob', 'g2')).toBe(false);
    // One that is there already needs no room.
    expect(remembered.add('ann', 'g1')).toBe(true);
    remembered.forget('ann', undefined);
    for (const group of ['g2', 'g3']) expect(remembered.add('bob', group)).toBe(true);
    expect(remembered.add('bob', 'g4')).toBe(false);
  });
});
