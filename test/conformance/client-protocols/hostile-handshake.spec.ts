import { createHmac } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { deferred } from '../../support/deferred.js';
import { ACCESS_KEY } from '../../support/keys.js';
import { PLATFORMS } from '../../support/platforms.js';
import type { ConnectAccepted } from '../../../lib/engine/ports/event-sink.interface.js';
import { startStage, type Stage } from '../../support/stage.js';
import type { WireClient } from '../../support/wire.client.js';

const KEY = ACCESS_KEY;
const HOUR = 3600;

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A token of any header and payload, correctly signed. */
function signed(head: string, body: string, key: string | Buffer = KEY, hash = 'sha256'): string {
  const mac = createHmac(hash, key).update(`${head}.${body}`).digest('base64url');
  return `${head}.${body}.${mac}`;
}

/** Forty tokens that are nearly right; `good` holds the claims of one that is. */
function forgeries(good: Record<string, unknown>, audience: string): readonly [string, string][] {
  const header = part({ alg: 'HS256', typ: 'JWT' });
  const body = part(good);
  const valid = signed(header, body);
  const [, , mac = ''] = valid.split('.');
  const other = part({ ...good, sub: 'root' });
  const claims = (changes: Record<string, unknown>): string =>
    signed(header, part({ ...good, ...changes }));
  return [
    ['one dot only', '.'],
    ['two dots only', '..'],
    ['no dots', 'x'],
    ['spaces', '%20%20'],
    ['two parts', `${header}.${body}`],
    ['no signature', `${header}.${body}.`],
    ['four parts', `${valid}.x`],
    ['a cut signature', valid.slice(0, -4)],
    ['a longer signature', `${valid}AAAA`],
    ['a signature of another payload', `${header}.${other}.${mac}`],
    ['the signature of nothing', `${header}.${body}.${'A'.repeat(43)}`],
    ['alg none', `${part({ alg: 'none' })}.${body}.`],
    ['alg None', `${part({ alg: 'None' })}.${body}.`],
    ['alg nOnE with a signature', signed(part({ alg: 'nOnE' }), body)],
    ['no alg', signed(part({ typ: 'JWT' }), body)],
    ['alg null', signed(part({ alg: null }), body)],
    ['alg hs256', signed(part({ alg: 'hs256' }), body)],
    ['alg HS384', signed(part({ alg: 'HS384' }), body, KEY, 'sha384')],
    ['alg HS512', signed(part({ alg: 'HS512' }), body, KEY, 'sha512')],
    ['alg RS256', signed(part({ alg: 'RS256' }), body)],
    ['alg as a list', signed(part({ alg: ['HS256'] }), body)],
    [
      'a key in the header',
      signed(part({ alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } }), body, 'AAAA'),
    ],
    ['an empty key', signed(header, body, '')],
    ['the key decoded from base64', signed(header, body, Buffer.from(KEY, 'base64'))],
    [
      'the key in capitals',
      signed(header, body, KEY.toUpperCase() === KEY ? `${KEY}x` : KEY.toUpperCase()),
    ],
    ['a header that is not JSON', signed(Buffer.from('{').toString('base64url'), body)],
    ['a header that is null', signed(part(null), body)],
    ['a payload that is not JSON', signed(header, Buffer.from('{').toString('base64url'))],
    ['a payload that is a list', signed(header, part([good]))],
    ['a payload that is a string', signed(header, part('x'))],
    ['a payload that is null', signed(header, part(null))],
    ['exp as a string', claims({ exp: String(good['exp']) })],
    ['exp null', claims({ exp: null })],
    ['exp of long ago', claims({ exp: -1 })],
    ['nbf as a string', claims({ nbf: 'tomorrow' })],
    ['aud as a number', claims({ aud: 5 })],
    ['an empty aud', claims({ aud: '' })],
    ['an empty list as aud', claims({ aud: [] })],
    ['aud without a scheme', claims({ aud: audience.replace(/^\w+:\/\//, '') })],
    ['aud of another scheme', claims({ aud: audience.replace(/^\w+/, 'ftp') })],
  ];
}

function ghosts(events: readonly { connection: { userId: string | undefined } }[]): number {
  return events.filter(({ connection }) => connection.userId === 'ghost').length;
}

describe.each(PLATFORMS)('hostile handshakes on %s', (platform) => {
  let stage: Stage;
  let healthy: WireClient;

  beforeAll(async () => {
    stage = await startStage(platform);
  });

  beforeEach(async () => {
    healthy = await stage.json({ userId: 'healthy' });
  });

  afterEach(async () => {
    await healthy.expectQuiet();
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  it('answers 401 with an empty body to each of 40 forged tokens', async () => {
    const audience = `${stage.url}/client/hubs/chat`;
    const good = { aud: audience, exp: Math.floor(Date.now() / 1000) + HOUR, sub: 'ann' };
    const genuine = signed(part({ alg: 'HS256' }), part(good));
    expect((await stage.upgrade(`/client/hubs/chat?access_token=${genuine}`)).status).toBe(101);
    const forged = forgeries(good, audience);
    expect(forged).toHaveLength(40);
    const answers: [string, number, string][] = [];
    for (const [what, token] of forged) {
      const upgrade = await stage.upgrade(`/client/hubs/chat?access_token=${token}`);
      const body = upgrade.status === 101 ? '' : (await upgrade.raw.body(upgrade)).toString();
      answers.push([what, upgrade.status, body]);
    }
    expect(answers).toEqual(forged.map(([what]) => [what, 401, '']));
  });

  it('refuses a forged token in the Authorization header alike', async () => {
    for (const header of [
      'Bearer',
      'Bearer ',
      'Bearer x',
      `Basic ${stage.token()}`,
      stage.token(),
    ]) {
      const answer = await stage.refusal('/client/hubs/chat', { Authorization: header });
      expect(answer).toMatchObject({ status: 401, body: '' });
    }
  });

  it('closes the socket of a handshake it has refused', async () => {
    const { raw, status } = await stage.upgrade('/client/hubs/chat');
    expect(status).toBe(401);
    await raw.closed;
  });

  it('does not say in a refusal what was wrong with a token', async () => {
    const expired = stage.token({ exp: 1 });
    const answer = await stage.refusal(`/client/hubs/chat?access_token=${expired}`);
    expect(JSON.stringify(answer)).not.toMatch(/expired|signature|audience|jwt/i);
  });

  it.each([
    { bytes: 4096, answers: [401] },
    { bytes: 12_000, answers: [401] },
    // Node refuses a request line beyond 16 KiB before anybody sees it, and may reset the connection
    // while the rest of it is on its way.
    { bytes: 100_000, answers: [401, 431, 'reset'] },
    { bytes: 1_000_000, answers: [401, 431, 'reset'] },
  ])('refuses a token of $bytes bytes', async ({ bytes, answers }) => {
    const raw = await stage.connect();
    raw.request(`/client/hubs/chat?access_token=${'a'.repeat(bytes)}.b.c`);
    const head = await raw.head().catch(() => undefined);
    expect(answers).toContain(head?.status ?? 'reset');
    await raw.closed;
  });

  it('takes a valid token of 8 KiB', async () => {
    const role = Array.from(
      { length: 150 },
      (_, index) => `webpubsub.joinLeaveGroup.room${String(index)}`,
    );
    const token = stage.token({ role });
    expect(token.length).toBeGreaterThan(5000);
    expect((await stage.upgrade(`/client/hubs/chat?access_token=${token}`)).status).toBe(101);
  });

  it.each([
    '__proto__',
    '%5F%5Fproto%5F%5F',
    '%00',
    'a%00b',
    `a${'b'.repeat(128)}`,
    'chat%2Fx',
    'chat%2F',
    '%2Fchat',
    'chat/x',
    'chat//',
    '..',
    '.',
    '%2e%2e%2fchat',
    'chat%0d%0aX:y',
    '%',
    '%E0%A4%A',
    '%ff',
    'ch%20at',
    'ch%C3%A4t',
    'chat;x',
    'chat-1',
    '$chat',
  ])('refuses the hub name %s', async (name) => {
    const claims = { aud: `${stage.url}/client/hubs/${name}` };
    const answer = await stage.refusal(`/client/hubs/${name}?access_token=${stage.token(claims)}`);
    expect(answer.status).toBe(400);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'a_`,.[]', `a${'b'.repeat(127)}`])(
    'serves the hub name %s like any other',
    async (name) => {
      const claims = { aud: `${stage.url}/client/hubs/${name}` };
      const target = `/client/hubs/${encodeURIComponent(name)}?access_token=${stage.token(claims)}`;
      const upgrade = await stage.upgrade(target, {
        'Sec-WebSocket-Protocol': 'json.webpubsub.azure.v1',
      });
      expect(upgrade.status).toBe(101);
      expect(JSON.parse(await upgrade.text())).toMatchObject({ event: 'connected' });
    },
  );

  it('serves groups and users with the names of object members', async () => {
    for (const name of [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '\u0000',
      '../x',
    ]) {
      const client = await stage.json({ userId: name, groups: [name] });
      client.send(JSON.stringify({ type: 'sendToGroup', group: name, data: name, ackId: 1 }));
      expect(await client.hearJson()).toMatchObject({ group: name, fromUserId: name, data: name });
      expect(await client.hearJson()).toEqual({ type: 'ack', ackId: 1, success: true });
      client.send(JSON.stringify({ type: 'leaveGroup', group: name, ackId: 2 }));
      expect(await client.hearJson()).toEqual({ type: 'ack', ackId: 2, success: true });
    }
  });

  describe('of a broken upgrade', () => {
    const cases: readonly {
      what: string;
      headers?: Record<string, string | undefined>;
      method?: string;
      statuses: readonly number[];
    }[] = [
      { what: 'without a key', headers: { 'Sec-WebSocket-Key': undefined }, statuses: [400] },
      { what: 'with an empty key', headers: { 'Sec-WebSocket-Key': '' }, statuses: [400] },
      { what: 'with a short key', headers: { 'Sec-WebSocket-Key': 'AAAA' }, statuses: [400] },
      {
        what: 'with a key that is no base64',
        headers: { 'Sec-WebSocket-Key': '*'.repeat(24) },
        statuses: [400],
      },
      {
        what: 'without a version',
        headers: { 'Sec-WebSocket-Version': undefined },
        statuses: [400, 426],
      },
      { what: 'of version 12', headers: { 'Sec-WebSocket-Version': '12' }, statuses: [400, 426] },
      { what: 'of version x', headers: { 'Sec-WebSocket-Version': 'x' }, statuses: [400, 426] },
      { what: 'by POST', method: 'POST', statuses: [400, 405] },
      { what: 'to h2c', headers: { Upgrade: 'h2c' }, statuses: [400] },
      { what: 'to two protocols', headers: { Upgrade: 'h2c, websocket' }, statuses: [400, 101] },
      {
        what: 'with a broken subprotocol',
        headers: { 'Sec-WebSocket-Protocol': ',,,' },
        statuses: [400, 101],
      },
      {
        what: 'with a subprotocol of forbidden characters',
        headers: { 'Sec-WebSocket-Protocol': 'a b@' },
        statuses: [400, 101],
      },
      {
        what: 'with the same subprotocol twice',
        headers: { 'Sec-WebSocket-Protocol': 'json.webpubsub.azure.v1, json.webpubsub.azure.v1' },
        statuses: [400, 101],
      },
      {
        what: 'with broken extensions',
        headers: { 'Sec-WebSocket-Extensions': ';;=,permessage-deflate; =' },
        statuses: [400, 101],
      },
    ];

    it.each(cases)('$what: $statuses', async ({ headers = {}, method, statuses }) => {
      const raw = await stage.connect();
      raw.request(stage.target(), headers, { ...(method && { method }) });
      const head = await raw.head();
      expect(statuses).toContain(head.status);
      // RFC 6455, 4.4: who refuses a version names those it speaks.
      const spoken = head.headers['sec-websocket-version'] ?? '';
      expect(head.status !== 426 || spoken.includes('13')).toBe(true);
      if (head.status !== 101) await raw.closed;
    });

    it.each([
      { what: 'Upgrade', line: 'Upgrade: websocket', statuses: [400, 101] },
      { what: 'Connection', line: 'Connection: Upgrade', statuses: [400, 101] },
      {
        what: 'Sec-WebSocket-Key',
        line: 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        statuses: [400],
      },
      {
        what: 'Sec-WebSocket-Version',
        line: 'Sec-WebSocket-Version: 13',
        statuses: [400, 426, 101],
      },
      { what: 'Host', line: 'Host: evil', statuses: [400, 401, 101] },
      { what: 'Authorization', line: 'Authorization: Bearer x', statuses: [101] },
    ])('with two $what headers: $statuses', async ({ line, statuses }) => {
      const raw = await stage.connect();
      raw.request(stage.target(), { 'X-Before': `y\r\n${line}` });
      expect(statuses).toContain((await raw.head()).status);
    });
  });

  it('serves everybody else while 50 handshakes never finish', async () => {
    const halves = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const raw = await stage.connect();
        if (index % 2 === 0)
          raw.write(`GET ${stage.target()} HTTP/1.1\r\nHost: x\r\nUpgrade: webso`);
        return raw;
      }),
    );
    const during = await stage.json();
    for (const raw of halves) raw.destroy();
    const after = await stage.json();
    await during.expectQuiet();
    expect(after.id).not.toBe(during.id);
  });

  it('survives clients that vanish right behind their request', async () => {
    for (let round = 0; round < 100; round += 1) {
      const raw = await stage.connect();
      raw.request(stage.target({ userId: 'ghost' }));
      if (round % 2 === 0) raw.socket.resetAndDestroy();
      else raw.destroy();
    }
    await healthy.expectQuiet();
    // Some may have got in; each of them must have been noticed to be gone.
    while ((await stage.api('HEAD', '/users/ghost')).status !== 404) await healthy.expectQuiet();
    const { connecteds, disconnecteds } = stage.sink;
    expect(ghosts(disconnecteds)).toBe(ghosts(connecteds));
  });

  it('lets nobody in who left while the connect handler was at work', async () => {
    const answer = deferred<ConnectAccepted>();
    stage.sink.onConnect = () => answer.promise;
    const raws = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const raw = await stage.connect();
        raw.request(stage.target({ userId: 'ghost', groups: ['haunted'] }));
        return raw;
      }),
    );
    await stage.sink.count('connects', () => raws.length + 1);
    for (const [index, raw] of raws.entries()) {
      if (index % 2 === 0) raw.socket.resetAndDestroy();
      else raw.destroy();
    }
    await Promise.all(raws.map(async ({ closed }) => await closed));
    await healthy.expectQuiet();
    answer.resolve({ accepted: true });
    await healthy.expectQuiet();
    // Who hung up without a reset may be noticed only when somebody reads from the socket again.
    await stage.sink.count('disconnecteds', () => stage.sink.connecteds.length - 1);
    for (const path of ['/users/ghost', '/groups/haunted']) {
      expect((await stage.api('HEAD', path)).status).toBe(404);
    }
  });

  it('takes a valid token only by the key it was signed with', () => {
    // Guards the forgeries above: a signing mistake there would make every one of them pass.
    const token = signed(part({ alg: 'HS256' }), part({ exp: 9_999_999_999 }));
    expect(() => jwt.verify(token, KEY, { algorithms: ['HS256'] })).not.toThrow();
  });
});
