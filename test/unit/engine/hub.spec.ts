import { MemoryBackplane } from '../../../lib/backplane/memory/memory.backplane.js';
import type { Answer, Request } from '../../../lib/backplane/backplane.message.js';
import { Hub } from '../../../lib/engine/hub.js';

/** What several nodes answer. */
class Nodes extends MemoryBackplane {
  readonly asked: [subject: string, request: Request][] = [];

  constructor(private readonly answers: readonly Answer[]) {
    super();
  }

  override async request(_: string, subject: string, request: Request): Promise<readonly Answer[]> {
    this.asked.push([subject, request]);
    return await Promise.resolve(this.answers);
  }
}

const member = (connectionId: string) => ({ connectionId, userId: undefined });

describe('a hub of several nodes', () => {
  it('merges their members of a group into one page', async () => {
    const nodes = new Nodes([[member('b'), member('d')], [], [member('a'), member('c')]]);
    const page = await new Hub('chat', nodes).groupMembers('g', 'Z', 3);
    expect(page.map(({ connectionId }) => connectionId)).toEqual(['a', 'b', 'c']);
    expect(nodes.asked).toEqual([
      ['chat/group/g', { type: 'groupMembers', group: 'g', after: 'Z', limit: 3 }],
    ]);
  });

  it('adds up who matches', async () => {
    const nodes = new Nodes([2, 0, 3]);
    expect(await new Hub('chat', nodes).countMatching('userId ne null')).toBe(5);
    expect(nodes.asked).toEqual([
      ['chat/all', { type: 'countMatching', filter: 'userId ne null' }],
    ]);
  });

  it.each<[Answer[], Answer]>([
    [['yes', 'limit'], 'limit'],
    [['yes', 'yes'], 'yes'],
    [[], 'absent'],
  ])('hears of %j that a change of groups went %s', async (answers, verdict) => {
    const hub = new Hub('chat', new Nodes(answers));
    expect(await hub.changeGroupsOfMatching('join', ['g'], undefined)).toBe(verdict);
  });
});
