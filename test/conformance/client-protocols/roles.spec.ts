import { PLATFORMS } from '../../support/platforms.js';
import { startStage, type Stage } from '../../support/stage.js';
import { ack, forbidden, heard, join, leave, send } from './json.cases.js';

type Action = 'join' | 'leave' | 'send to';

/** One request, and whether the roles of the case allow it. */
interface Attempt {
  readonly action: Action;
  readonly group: string;
  readonly allowed: boolean;
}

interface RoleCase {
  readonly id: string;
  readonly roles: readonly string[];
  readonly attempts: readonly Attempt[];
}

function may(action: Action, group: string): Attempt {
  return { action, group, allowed: true };
}

function mayNot(action: Action, group: string): Attempt {
  return { action, group, allowed: false };
}

const CASES: readonly RoleCase[] = [
  { id: 'P01', roles: [], attempts: [mayNot('join', 'room')] },
  { id: 'P02', roles: [], attempts: [mayNot('leave', 'room')] },
  { id: 'P03', roles: [], attempts: [mayNot('send to', 'room')] },
  {
    id: 'P05',
    roles: ['webpubsub.joinLeaveGroup.room'],
    attempts: [
      may('join', 'room'),
      mayNot('join', 'Room'),
      mayNot('join', 'room2'),
      may('leave', 'room'),
    ],
  },
  {
    id: 'P06',
    roles: ['webpubsub.sendToGroup.a*'],
    attempts: [may('send to', 'a*'), mayNot('send to', 'ab')],
  },
  {
    id: 'P07',
    roles: ['webpubsub.sendToGroups.a*'],
    attempts: [
      may('send to', 'ab'),
      may('send to', 'a'),
      mayNot('send to', 'a.b'),
      mayNot('send to', 'b'),
      mayNot('join', 'ab'),
    ],
  },
  {
    id: 'P08',
    roles: ['webpubsub.joinLeaveGroups.a?c'],
    attempts: [
      may('join', 'abc'),
      mayNot('join', 'a.c'),
      mayNot('join', 'ac'),
      mayNot('send to', 'abc'),
    ],
  },
  {
    id: 'P09',
    roles: ['webpubsub.joinLeaveGroups.org.**'],
    attempts: [may('join', 'org.x.y'), mayNot('join', 'org')],
  },
  {
    id: 'P10',
    roles: ['webpubsub.joinLeaveGroups.a\\*'],
    attempts: [may('join', 'a*'), mayNot('join', 'ab')],
  },
  {
    id: 'P11',
    roles: ['webpubsub.joinLeaveGroups.a\\b'],
    attempts: [mayNot('join', 'a\\b'), mayNot('join', 'ab')],
  },
  { id: 'P12', roles: ['webpubsub.joinLeaveGroups.**'], attempts: [may('join', 'x.y z')] },
  {
    id: '1.8',
    roles: ['webpubsub.joinLeaveGroups', 'webpubsub.sendToGroups', 'webpubsub.SendToGroup', 'x'],
    attempts: [mayNot('join', 'room'), mayNot('send to', 'room')],
  },
  {
    id: '1.8',
    roles: ['webpubsub.joinLeaveGroups.*a*b*', 'webpubsub.joinLeaveGroups.**x**y**'],
    attempts: [may('join', 'abc'), mayNot('join', 'xy')],
  },
  {
    id: 'U13',
    roles: Array.from(
      { length: 10 },
      (_, index) => `webpubsub.joinLeaveGroups.p${String(9 - index)}*`,
    ),
    attempts: [may('join', 'p0x'), may('join', 'p8x'), mayNot('join', 'p9x')],
  },
  {
    id: '1.8',
    roles: Array.from({ length: 20 }, (_, index) => `webpubsub.joinLeaveGroups.q${String(index)}`),
    attempts: [may('join', 'q0'), may('join', 'q19'), mayNot('join', 'q')],
  },
];

function frame({ action, group }: Attempt, ackId?: number): string {
  const name = JSON.stringify(group).slice(1, -1);
  if (action === 'join') return join(ackId, name);
  if (action === 'leave') return leave(ackId, name);
  return send(
    `"dataType":"text","data":"hi"${ackId === undefined ? '' : `,"ackId":${String(ackId)}`}`,
    name,
  );
}

describe.each(PLATFORMS)('roles on %s', (platform) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage(platform);
  });

  afterEach(async () => {
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  it.each(CASES)('$id grants what $roles say', async ({ roles, attempts }) => {
    const client = await stage.json({ roles });
    for (const [index, attempt] of attempts.entries()) {
      const ackId = index + 1;
      client.send(frame(attempt, ackId));
      const name = JSON.stringify(attempt.group).slice(1, -1);
      const expected = attempt.allowed ? ack(ackId) : forbidden(ackId, attempt.action, name);
      expect(await client.hear()).toBe(expected);
    }
    await client.expectQuiet();
  });

  it('P04 is silent about what it refuses when there is no ack id', async () => {
    const client = await stage.json({ roles: [], groups: ['room'] });
    for (const action of ['join', 'leave', 'send to'] as const) {
      client.send(frame({ action, group: 'room', allowed: false }));
    }
    await client.expectQuiet();
    await stage.operate('POST', '/groups/room/:send', { text: 'still a member' });
    expect(await client.hear()).toBe(heard('"dataType":"text","data":"still a member"', 'null'));
  });

  it('P13 lets a client do what REST grants it', async () => {
    const client = await stage.json({ roles: [] });
    await stage.operate('PUT', `/permissions/sendToGroup/connections/${client.id}`, {
      query: { targetName: 'room' },
    });
    client.send(send('"data":1,"ackId":1'));
    client.send(send('"data":1,"ackId":2', 'room2'));
    expect(await client.hear()).toBe(ack(1));
    expect(await client.hear()).toBe(forbidden(2, 'send to', 'room2'));
  });

  it('P13 takes an asterisk of a grant literally', async () => {
    const client = await stage.json({ roles: [] });
    await stage.operate('PUT', `/permissions/joinLeaveGroup/connections/${client.id}`, {
      query: { targetName: 'r*' },
    });
    client.send(join(1, 'r*'));
    client.send(join(2, 'room'));
    expect(await client.hear()).toBe(ack(1));
    expect(await client.hear()).toBe(forbidden(2, 'join', 'room'));
  });

  it('P14 lets a revoked group win over the pattern that allows it', async () => {
    const client = await stage.json({ roles: ['webpubsub.sendToGroups.r*'] });
    await stage.operate('DELETE', `/permissions/sendToGroup/connections/${client.id}`, {
      query: { targetName: 'room' },
    });
    client.send(send('"data":1,"ackId":1'));
    client.send(send('"data":1,"ackId":2', 'rest'));
    expect(await client.hear()).toBe(forbidden(1, 'send to', 'room'));
    expect(await client.hear()).toBe(ack(2));
  });

  it('P15 keeps a member whose right to join is revoked', async () => {
    const client = await stage.json({ roles: ['webpubsub.joinLeaveGroup.room'] });
    client.send(join(1));
    expect(await client.hear()).toBe(ack(1));
    await stage.operate('DELETE', `/permissions/joinLeaveGroup/connections/${client.id}`, {
      query: { targetName: 'room' },
    });
    await stage.operate('POST', '/groups/room/:send', { text: 'hi' });
    expect(await client.hear()).toBe(heard('"dataType":"text","data":"hi"', 'null'));
    client.send(leave(2));
    expect(await client.hear()).toBe(forbidden(2, 'leave', 'room'));
  });
});

describe.each(PLATFORMS)('a failure without ack id on %s, when it is to close', (platform) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage(platform, { module: { unacknowledgedFailure: 'close' } });
  });

  afterEach(async () => {
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  it.each([
    { what: 'a refused join', message: join() },
    { what: 'a refused send', message: send('"data":1') },
    { what: 'an event that nobody handles', message: '{"type":"event","event":"e","data":1}' },
  ])('U3 ends the connection of $what with a disconnected frame', async ({ message }) => {
    const client = await stage.json({ roles: [] });
    client.send(message);
    expect(await client.hearJson()).toEqual({
      type: 'system',
      event: 'disconnected',
      message: expect.any(String),
    });
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(client.unheard).toEqual([]);
  });

  it('U3 leaves a failure with an ack id alone', async () => {
    const client = await stage.json({ roles: [] });
    client.send(join(1));
    expect(await client.hear()).toBe(forbidden(1, 'join', 'room'));
    await client.expectQuiet();
  });
});
