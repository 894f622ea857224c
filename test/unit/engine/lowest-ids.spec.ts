import { lowestIds } from '../../../lib/engine/lowest-ids.js';

const items = (...ids: string[]) => ids.map((connectionId) => ({ connectionId }));

describe('lowestIds', () => {
  it.each([
    [['c', 'a', 'b'], 2, ['a', 'b']],
    [['a'], 2, ['a']],
    [[], 2, []],
    [['b', 'a'], 0, []],
    [['b', 'B', 'é', '~'], 4, ['B', 'b', '~', 'é']],
  ])('of %j are for %d: %j', (ids, limit, lowest) => {
    expect(lowestIds(items(...ids), limit)).toEqual(items(...lowest));
  });
});
