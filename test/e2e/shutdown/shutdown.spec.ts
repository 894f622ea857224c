import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectAccepted } from '../../../lib/engine/ports/event-sink.interface.js';
import { deferred } from '../../support/deferred.js';
import { PLATFORMS } from '../../support/platforms.js';
import { startStage, type Stage } from '../../support/stage.js';

const RELOADING = { code: 1001, reason: 'The service is reloading.' };
const DRAIN_SECONDS = 0.5;

/** How many sockets, servers and timers keep this process alive. */
function openHandles(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) {
    if (/^(TCP|Pipe)\w*Wrap$|^Timeout$|^Immediate$/.test(type))
      counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

/** Closes the application; returns how many milliseconds it took. */
async function timeToClose(stage: Stage): Promise<number> {
  const start = performance.now();
  await stage.close();
  return performance.now() - start;
}

describe.each(PLATFORMS)('closing the application on %s', (platform) => {
  it('closes every client with 1001, and is done when they are gone', async () => {
    const stage = await startStage(platform);
    const clients = [
      ...(await Promise.all(Array.from({ length: 20 }, async () => await stage.json()))),
      await stage.raw(),
      await stage.json({ hub: 'other' }),
    ];
    expect(await timeToClose(stage)).toBeLessThan(1500);
    for (const client of clients) expect(await client.closed).toEqual(RELOADING);
    expect(stage.sink.disconnecteds).toHaveLength(clients.length);
  });

  it('writes what clients are owed before their close', async () => {
    const stage = await startStage(platform);
    const members = await Promise.all(
      Array.from({ length: 5 }, async () => await stage.raw({ groups: ['room'] })),
    );
    const sender = await stage.json();
    for (let n = 1; n <= 50; n += 1) {
      sender.send(`{"type":"sendToGroup","group":"room","data":${String(n)},"ackId":${String(n)}}`);
    }
    for (let n = 1; n <= 50; n += 1) await sender.hear();
    await stage.close();
    for (const member of members) {
      await member.closed;
      expect(member.unheard).toEqual(Array.from({ length: 50 }, (_, index) => String(index + 1)));
    }
  });

  it('resolves at once when nobody is connected', async () => {
    const stage = await startStage(platform);
    expect(await timeToClose(stage)).toBeLessThan(1000);
  });

  it('resolves when some clients answer nothing, and others do not even read', async () => {
    const stage = await startStage(platform, {
      module: { websocket: { drainTimeoutSeconds: DRAIN_SECONDS } },
    });
    const silent = await stage.rawSocket({ userId: 'silent' });
    const deaf = await stage.rawSocket({ userId: 'deaf', groups: ['room'] });
    deaf.socket.pause();
    const sender = await stage.json();
    for (let n = 1; n <= 60; n += 1) {
      sender.send(
        `{"type":"sendToGroup","group":"room","data":"${'x'.repeat(200_000)}","ackId":${String(n)}}`,
      );
      await sender.hear();
    }
    const took = await timeToClose(stage);
    expect(took).toBeGreaterThan(DRAIN_SECONDS * 900);
    expect(took).toBeLessThan(DRAIN_SECONDS * 1000 + 1500);
    expect(await sender.closed).toEqual(RELOADING);
    expect(await silent.closeFrame()).toEqual(RELOADING);
    await silent.closed;
    deaf.socket.resume();
    await deaf.closed;
  });

  it('gives up silent clients after the default 5 seconds', async () => {
    const stage = await startStage(platform);
    await stage.rawSocket();
    const took = await timeToClose(stage);
    expect(took).toBeGreaterThan(4000);
    expect(took).toBeLessThan(7000);
  }, 15_000);

  it('lets nobody in while it closes', async () => {
    const stage = await startStage(platform, {
      module: { websocket: { drainTimeoutSeconds: DRAIN_SECONDS } },
    });
    const silent = await stage.rawSocket();
    const late = await stage.connect();
    const closing = stage.close();
    expect(await silent.closeFrame()).toEqual(RELOADING);
    late.request(stage.target({ userId: 'late' }));
    const head = await late.head().catch(() => undefined);
    expect([503, undefined]).toContain(head?.status);
    await closing;
    expect(stage.sink.connecteds.filter(({ connection }) => connection.userId === 'late')).toEqual(
      [],
    );
  });

  it('does not wait for an event handler that is still at work', async () => {
    const stage = await startStage(platform);
    stage.sink.onUserEvent = () => deferred<never>().promise;
    const busy = await stage.json();
    busy.send('{"type":"event","event":"e","data":1,"ackId":1}');
    await stage.sink.until('userEvents');
    expect(await timeToClose(stage)).toBeLessThan(1500);
    expect(await busy.closed).toEqual(RELOADING);
  });

  it('does not wait for a connect handler that is still at work', async () => {
    const stage = await startStage(platform, {
      module: { websocket: { drainTimeoutSeconds: DRAIN_SECONDS, handshakeTimeoutSeconds: 3 } },
    });
    stage.sink.onConnect = () => deferred<never>().promise;
    const waiting = await stage.connect();
    waiting.request(stage.target());
    await stage.sink.until('connects');
    expect(await timeToClose(stage)).toBeLessThan(DRAIN_SECONDS * 1000 + 1500);
    await waiting.closed;
  });

  it('lets nobody in whose connect handler answers while it closes', async () => {
    const stage = await startStage(platform, {
      module: { websocket: { drainTimeoutSeconds: DRAIN_SECONDS } },
    });
    const silent = await stage.rawSocket();
    const answer = deferred<ConnectAccepted>();
    stage.sink.onConnect = () => answer.promise;
    const late = await stage.connect();
    late.request(stage.target({ userId: 'late' }));
    await stage.sink.until('connects', ({ claims }) => claims['sub']?.[0] === 'late');
    const closing = stage.close();
    expect(await silent.closeFrame()).toEqual(RELOADING);
    answer.resolve({ accepted: true });
    const head = await late.head().catch(() => undefined);
    late.destroy();
    await closing;
    // A client that got in would have to be told to leave again; a refusal is enough.
    expect(head?.status).not.toBe(101);
  });

  it('leaves no socket, server or timer behind', async () => {
    // The first start loads modules lazily, which may keep handles of its own for a moment.
    for (let round = 0; round < 2; round += 1) {
      const before = openHandles();
      const stage = await startStage(platform);
      const clients = await Promise.all(Array.from({ length: 5 }, async () => await stage.json()));
      await stage.raw({ groups: ['room'] });
      for (const client of clients) await client.expectQuiet();
      await stage.refusal('/client/hubs/chat');
      expect(openHandles()['TCPSocketWrap'] ?? 0).toBeGreaterThan(before['TCPSocketWrap'] ?? 0);
      await stage.close();
      await Promise.all(clients.map(async ({ closed }) => await closed));
      await stage.clear();
      await delay(20);
      if (round === 0) continue;
      const after = openHandles();
      for (const [type, count] of Object.entries(after)) {
        expect([type, count]).toEqual([type, Math.min(count, before[type] ?? 0)]);
      }
    }
  });

  it('works for an application that never listened', async () => {
    const stage = await startStage(platform, { listen: false });
    await expect(stage.close()).resolves.toBeUndefined();
  });

  it('can be asked for twice', async () => {
    const stage = await startStage(platform);
    const client = await stage.json();
    await Promise.all([stage.close(), stage.close()]);
    expect(await client.closed).toEqual(RELOADING);
  });
});

describe.each(PLATFORMS)('two applications in one process on %s', (platform) => {
  let one: Stage;
  let two: Stage;

  beforeEach(async () => {
    [one, two] = await Promise.all([startStage(platform), startStage(platform)]);
  });

  afterEach(async () => {
    await Promise.all([one.close(), two.close()]);
  });

  it('do not hear each other', async () => {
    const here = await one.json({ groups: ['room'] });
    const there = await two.json({ groups: ['room'] });
    here.send('{"type":"sendToGroup","group":"room","dataType":"text","data":"hi","ackId":1}');
    expect(await here.hearJson()).toMatchObject({ data: 'hi' });
    expect(await here.hearJson()).toMatchObject({ type: 'ack', success: true });
    await one.operate('POST', '/:send', { text: 'all' });
    expect(await here.hearJson()).toMatchObject({ data: 'all' });
    await there.expectQuiet();
    expect((await two.api('HEAD', `/connections/${here.id}`)).status).toBe(404);
    expect(two.sink.connecteds).toHaveLength(1);
  });

  it('do not take tokens of each other', async () => {
    const answer = await two.refusal(one.target());
    expect(answer.status).toBe(401);
  });

  it('do not close each other', async () => {
    const here = await one.json();
    const there = await two.json();
    await one.close();
    expect(await here.closed).toEqual(RELOADING);
    await there.expectQuiet();
    await (await two.json()).expectQuiet();
  });
});
