import { PLATFORMS } from '../../support/platforms.js';
import { OPCODE } from '../../support/raw.socket.js';
import { startStage, type Stage } from '../../support/stage.js';
import { ack, heard, send, served } from './json.cases.js';

const DISCONNECTED =
  '{"type":"system","event":"disconnected","message":"Application server closed the connection."}';
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe.each(PLATFORMS)('the order of frames on %s', (platform) => {
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

  it('is the order of the requests, own copy before ack, in a burst of 50', async () => {
    const client = await stage.json({ groups: ['room'] });
    for (const n of numbers(50)) client.send(send(`"data":${String(n)},"ackId":${String(n)}`));
    for (const n of numbers(50)) {
      expect(await client.hear()).toBe(heard(`"dataType":"json","data":${String(n)}`));
      expect(await client.hear()).toBe(ack(n));
    }
  });

  it('is the same for every member', async () => {
    const members = await Promise.all(
      numbers(5).map(async () => await stage.json({ groups: ['room'] })),
    );
    const senders = await Promise.all(
      ['s1', 's2'].map(async (userId) => await stage.json({ userId })),
    );
    for (const n of numbers(100))
      for (const sender of senders) sender.send(send(`"data":${String(n)}`));
    const heardBy = await Promise.all(
      members.map(async (member) => {
        const frames: unknown[] = [];
        while (frames.length < 200) frames.push(await member.hear());
        return frames;
      }),
    );
    for (const frames of heardBy) expect(frames).toEqual(heardBy[0]);
    for (const userId of ['s1', 's2']) {
      const own = heardBy[0]?.filter((frame) => String(frame).includes(`"fromUserId":"${userId}"`));
      const expected = numbers(100).map((n) =>
        heard(`"dataType":"json","data":${String(n)}`, `"${userId}"`),
      );
      expect(own).toEqual(expected);
    }
  });

  it('is the order in which REST accepted the sends, whatever their target', async () => {
    const client = await stage.json({ groups: ['room'] });
    const targets = ['', '/groups/room', '/users/ann', `/connections/${client.id}`];
    for (const n of numbers(40)) {
      await stage.operate('POST', `${targets[n % 4] ?? ''}/:send`, { json: String(n) });
    }
    for (const n of numbers(40)) {
      const payload = `"dataType":"json","data":${String(n)}`;
      expect(await client.hear()).toBe(n % 4 === 1 ? heard(payload, 'null') : served(payload));
    }
  });

  it('has everything that was accepted before a close, then the disconnected frame, then nothing', async () => {
    const client = await stage.json({ groups: ['room'] });
    const sender = await stage.json({ userId: 'bob' });
    for (const n of numbers(200)) sender.send(send(`"data":${String(n)},"ackId":${String(n)}`));
    for (const n of numbers(200)) expect(await sender.hear()).toBe(ack(n));
    await stage.operate('DELETE', `/connections/${client.id}`);
    await stage.operate('POST', '/:send', { text: 'late' });
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(client.unheard).toEqual([
      ...numbers(200).map((n) => heard(`"dataType":"json","data":${String(n)}`, '"bob"')),
      DISCONNECTED,
    ]);
  });

  it('writes what a client that reads late is owed before its close', async () => {
    const raw = await stage.rawSocket({ userId: 'late', groups: ['room'] });
    raw.socket.pause();
    const sender = await stage.json();
    for (const n of numbers(50)) {
      sender.send(send(`"data":"${String(n)}${'x'.repeat(200_000)}","ackId":${String(n)}`));
      expect(await sender.hear()).toBe(ack(n));
    }
    await stage.operate('DELETE', `/connections/${stage.idOf('late')}`);
    await stage.operate('POST', '/groups/room/:send', { text: 'late' });
    raw.socket.resume();
    for (const n of numbers(50)) {
      expect((await raw.frame()).payload.toString()).toContain(`"data":"${String(n)}x`);
    }
    expect((await raw.frame()).payload.toString()).toBe(DISCONNECTED);
    expect(await raw.frame()).toMatchObject({
      opcode: OPCODE.close,
      payload: Buffer.from([0x03, 0xe8]),
    });
  }, 20_000);

  it('has nothing behind the disconnected frame while others keep sending', async () => {
    const sender = await stage.json({ userId: 'bob' });
    for (let round = 0; round < 10; round += 1) {
      const client = await stage.json({ groups: ['room'] });
      const progress = { isClosed: false };
      const closing = stage.operate('DELETE', `/connections/${client.id}`).then(() => {
        progress.isClosed = true;
      });
      while (!progress.isClosed) {
        for (const n of numbers(20)) sender.send(send(`"data":${String(n)}`));
        await sender.expectQuiet();
      }
      await closing;
      await client.closed;
      expect(client.unheard.filter((frame) => frame === DISCONNECTED)).toHaveLength(1);
      expect(client.unheard.at(-1)).toBe(DISCONNECTED);
    }
  });

  it('acknowledges nothing behind the frame that broke the protocol', async () => {
    const client = await stage.json();
    for (const n of numbers(10)) client.send(send(`"data":1,"ackId":${String(n)}`));
    client.send('{');
    for (const n of numbers(10)) client.send(send(`"data":1,"ackId":${String(n + 10)}`));
    expect((await client.closed).code).toBe(1007);
    expect(client.unheard).toEqual(numbers(10).map((n) => ack(n)));
  });

  it('aborts a client that never answers the close frame', async () => {
    const raw = await stage.rawSocket({ userId: 'stubborn' });
    const start = Date.now();
    await stage.operate('DELETE', `/connections/${stage.idOf('stubborn')}`);
    expect(await raw.closeFrame()).toEqual({ code: 1000, reason: '' });
    expect((await stage.api('HEAD', '/users/stubborn')).status).toBe(404);
    await raw.closed;
    const took = Date.now() - start;
    expect(took).toBeGreaterThan(3500);
    expect(took).toBeLessThan(7500);
  }, 20_000);
});
