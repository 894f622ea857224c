import type { BackplaneNode } from '../../../lib/backplane/backplane.interface.js';
import type { Answer, Command, Request, Target } from '../../../lib/backplane/backplane.message.js';
import { EVERY_NODE, subjectOf } from '../../../lib/backplane/backplane.subjects.js';
import { MemoryBackplane } from '../../../lib/backplane/memory/memory.backplane.js';

const TARGET: Target = { kind: 'group', group: 'g' };
const COMMAND: Command = { type: 'close', target: TARGET, reason: undefined };
const REQUEST: Request = { type: 'isInGroup', target: TARGET, group: 'g' };

class RecordingNode implements BackplaneNode {
  readonly commands: [hub: string, command: Command][] = [];
  answer: Answer | Promise<Answer> = 'yes';

  command(hub: string, command: Command): void {
    this.commands.push([hub, command]);
  }

  request(): Answer | Promise<Answer> {
    return this.answer;
  }
}

async function started(): Promise<{ backplane: MemoryBackplane; node: RecordingNode }> {
  const backplane = new MemoryBackplane();
  const node = new RecordingNode();
  await backplane.start(node);
  return { backplane, node };
}

describe('MemoryBackplane', () => {
  it('carries a command to a node that is interested, before publish returns', async () => {
    const { backplane, node } = await started();
    expect(backplane.subscribe('chat/group/g')).toBeUndefined();
    expect(backplane.publish('chat', 'chat/group/g', COMMAND)).toBeUndefined();
    expect(node.commands).toEqual([['chat', COMMAND]]);
    expect(node.commands[0]?.[1]).toBe(COMMAND);
  });

  it('carries nothing for a subject that nobody is interested in', async () => {
    const { backplane, node } = await started();
    backplane.subscribe('chat/group/g');
    backplane.unsubscribe('chat/group/g');
    backplane.publish('chat', 'chat/group/g', COMMAND);
    backplane.publish('chat', 'chat/group/h', COMMAND);
    expect(node.commands).toEqual([]);
    expect(await backplane.request('chat', 'chat/group/g', REQUEST)).toEqual([]);
  });

  it('asks a node that is interested, and waits for its answer', async () => {
    const { backplane, node } = await started();
    backplane.subscribe('s');
    node.answer = Promise.resolve('limit');
    expect(await backplane.request('chat', 's', REQUEST)).toEqual(['limit']);
  });

  it('knows whether anybody is interested', async () => {
    const { backplane } = await started();
    expect(await backplane.hasInterest('s')).toBe(false);
    backplane.subscribe('s');
    expect(await backplane.hasInterest('s')).toBe(true);
    backplane.unsubscribe('s');
    expect(await backplane.hasInterest('s')).toBe(false);
  });

  it('has forgotten everything when it was stopped', async () => {
    const { backplane, node } = await started();
    backplane.subscribe('s');
    await backplane.stop();
    backplane.publish('chat', 's', COMMAND);
    expect(await backplane.request('chat', 's', REQUEST)).toEqual([]);
    expect(await backplane.hasInterest('s')).toBe(false);
    expect(node.commands).toEqual([]);
  });

  it('answers like nobody before it was started', async () => {
    const backplane = new MemoryBackplane();
    backplane.subscribe('s');
    expect(backplane.publish('chat', 's', COMMAND)).toBeUndefined();
    expect(await backplane.request('chat', 's', REQUEST)).toEqual([]);
  });
});

describe('subjectOf', () => {
  const NAMES = ['a', 'all', 'nodes', 'a/b', 'group/a', ''];
  const targets: Target[] = [
    { kind: 'all' },
    ...NAMES.flatMap((name): Target[] => [
      { kind: 'group', group: name },
      { kind: 'user', userId: name },
      { kind: 'connection', connectionId: name },
    ]),
  ];

  it('names every target of every hub differently', () => {
    const subjects = ['chat', 'chat2', 'nodes'].flatMap((hub) =>
      targets.map((target) => subjectOf(hub, target)),
    );
    expect(new Set([...subjects, EVERY_NODE]).size).toBe(subjects.length + 1);
  });
});
