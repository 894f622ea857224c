import { once } from 'node:events';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { SURFACES } from '../../support/platforms.js';
import { RawSocket } from '../../support/raw.socket.js';
import { restToken } from '../../support/tokens.js';
import { badRequest, done } from './answers.js';
import { bytes, fromServer, json, text, useScene } from './scene.js';

const MIB = 1024 * 1024;
const HELLO = fromServer('text', '"hello"');

interface RefusedBody {
  readonly what: string;
  readonly path?: string;
  readonly version?: string;
  readonly headers?: readonly string[];
  readonly status: number;
}

/** Resolves when the server's end of a connection is gone, whatever it thinks of that. */
async function closing(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

describe.each(SURFACES)('hostile bodies on %s', (platform) => {
  const scene = useScene(platform);

  /** The head of a send of text; a header of the caller stands in place of ours. */
  function head(target: string, ...headers: readonly string[]): string {
    const nameOf = (line: string): string => line.slice(0, line.indexOf(':'));
    const given = new Set(headers.map(nameOf));
    const ours = [
      `Host: ${new URL(scene().stage.url).host}`,
      `Authorization: Bearer ${restToken(scene().rest.url(target))}`,
      'Content-Type: text/plain',
    ].filter((line) => !given.has(nameOf(line)));
    return [`POST ${target} HTTP/1.1`, ...ours, ...headers, '', ''].join('\r\n');
  }

  /** Begins a send to everybody; the caller writes its body. */
  async function begin(...headers: readonly string[]): Promise<RawSocket> {
    const raw = await RawSocket.connect(scene().stage.port);
    raw.write(head(scene().target('/:send'), ...headers));
    return raw;
  }

  it.each([MIB + 1, 99_999_999_999])(
    'a length of %d is refused before a byte of it came',
    async (length) => {
      const raw = await begin(`Content-Length: ${String(length)}`);
      const head = await raw.head();
      expect(head.status).toBe(400);
      expect((await raw.body(head)).toString()).toEqual(badRequest().body);
      raw.destroy();
    },
  );

  it('a chunked body without end is cut off soon after 1 MiB', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const raw = await begin('Transfer-Encoding: chunked');
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    let written = 0;
    const write = (): void => {
      raw.write(chunk);
      written += chunk.length;
      if (written < 64 * MIB) next = setImmediate(write);
    };
    let next = setImmediate(write);
    expect((await raw.head()).status).toBe(400);
    clearImmediate(next);
    expect(written).toBeLessThan(16 * MIB);
    raw.destroy();
    expect(await scene().heard(J1)).toEqual([]);
  });

  it.each([
    { what: 'a length that is no number', headers: ['Content-Length: abc'] },
    { what: 'a negative length', headers: ['Content-Length: -1'] },
    { what: 'a length in hexadecimal', headers: ['Content-Length: 0x5'] },
    { what: 'a list of lengths', headers: ['Content-Length: 5, 6'] },
    { what: 'two lengths', headers: ['Content-Length: 5', 'Content-Length: 6'] },
    {
      what: 'a length beside chunks',
      headers: ['Content-Length: 5', 'Transfer-Encoding: chunked'],
    },
    { what: 'an unknown encoding', headers: ['Transfer-Encoding: chunked, x'] },
    { what: 'a broken chunk', headers: ['Transfer-Encoding: chunked'] },
  ])('$what is refused', async ({ headers }) => {
    const { J1 } = await scene().cast({ J1: {} });
    const raw = await begin(...headers);
    raw.write('hello\r\n0\r\n\r\n');
    const { status } = await raw.head();
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThanOrEqual(501);
    raw.destroy();
    expect(await scene().heard(J1)).toEqual([]);
  });

  it.each([
    { headers: 'Content-Length: 5', pieces: ['hel', 'lo'] },
    { headers: 'Transfer-Encoding: chunked', pieces: ['3\r\nhel\r\n', '2\r\nlo\r\n0\r\n\r\n'] },
  ])('a slow body ($headers) holds nobody up, and arrives', async ({ headers, pieces }) => {
    const { J1 } = await scene().cast({ J1: {} });
    const raw = await begin(headers);
    raw.write(pieces[0] ?? '');
    expect(await scene().call('POST', '/:send', text('before'))).toEqual(done(202));
    expect(await scene().heard(J1)).toEqual([fromServer('text', '"before"')]);
    raw.write(pieces[1] ?? '');
    expect((await raw.head()).status).toBe(202);
    raw.destroy();
    expect(await scene().heard(J1)).toEqual([HELLO]);
  });

  it.each([
    { headers: 'Content-Length: 6', piece: 'hello' },
    { headers: 'Transfer-Encoding: chunked', piece: '5\r\nhello\r\n' },
  ])('a body that ends in the middle ($headers) is not sent', async ({ headers, piece }) => {
    const { J1 } = await scene().cast({ J1: {} });
    const accepted = once(scene().stage.host.server, 'connection') as Promise<[Socket]>;
    const raw = await begin(headers);
    const [socket] = await accepted;
    const gone = closing(socket);
    raw.write(piece);
    await scene().call('HEAD', '/users/u1');
    raw.destroy();
    await gone;
    expect(await scene().heard(J1)).toEqual([]);
  });

  it('a hundred bodies that end in the middle leave nothing behind', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const closed: Promise<void>[] = [];
    const watch = (socket: Socket): void => void closed.push(closing(socket));
    scene().stage.host.server.on('connection', watch);
    const sockets = await Promise.all(
      Array.from({ length: 100 }, async () => await begin('Content-Length: 1000000')),
    );
    for (const raw of sockets) raw.write('x'.repeat(100_000));
    await scene().call('HEAD', '/users/u1');
    for (const raw of sockets) raw.destroy();
    scene().stage.host.server.off('connection', watch);
    await Promise.all(closed);
    expect(closed.length).toBeGreaterThanOrEqual(100);
    expect(await scene().call('POST', '/:send', text('hello'))).toEqual(done(202));
    expect(await scene().heard(J1)).toEqual([HELLO]);
  });

  it.each<RefusedBody>([
    { what: 'its type', headers: ['Content-Type: text/html'], status: 415 },
    { what: 'its token', headers: ['Authorization: Bearer a.b.c'], status: 401 },
    { what: 'its version', version: '2019-01-01', status: 400 },
    { what: 'its path', path: '/:unknown', status: 404 },
    { what: 'its hub', path: '/api/hubs/1/:send', status: 400 },
  ])('a body refused for $what is not the next request', async (refused) => {
    const { path = '/:send', version, headers = [], status } = refused;
    const { J1 } = await scene().cast({ J1: {} });
    const body = `DELETE ${scene().target('/connections/{c1}')} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const target = scene().target(path, version);
    const raw = await begin('Content-Length: 0');
    raw.write(head(target, `Content-Length: ${String(body.length)}`, ...headers) + body);
    raw.write(`${head(scene().target('/:send'), 'Content-Length: 5')}hello`);
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      const answer = await raw.head();
      await raw.body(answer);
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([202, status, 202]);
    raw.destroy();
    expect(await scene().heard(J1)).toEqual([fromServer('text', '""'), HELLO]);
  });

  it('a caller that asks first is told to go on', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const raw = await begin('Content-Length: 5', 'Expect: 100-continue');
    expect((await raw.head()).status).toBe(100);
    raw.write('hello');
    expect((await raw.head()).status).toBe(202);
    raw.destroy();
    expect(await scene().heard(J1)).toEqual([HELLO]);
  });

  it('a compressed body is never unpacked', async () => {
    const { W3 } = await scene().cast({ W3: {} });
    const bomb = gzipSync(Buffer.alloc(64 * MIB));
    const call = { ...bytes(bomb), headers: { 'content-encoding': 'gzip' } };
    const { status } = await scene().call('POST', '/:send', call);
    const heard = await scene().heard(W3);
    // Bytes are bytes; a server may also refuse to take them so.
    expect([202, 415]).toContain(status);
    expect(heard).toEqual(status === 202 ? [bomb] : []);
  });

  it.each([
    { what: 'nested deeply', body: `${'['.repeat(500_000)}${']'.repeat(500_000)}` },
    { what: 'of many members', body: `{${'"a":1,'.repeat(150_000)}"a":1}` },
    { what: 'of a long number', body: '9'.repeat(1_000_000) },
    { what: 'of escapes', body: `"${String.raw`\u0000`.repeat(170_000)}"` },
    {
      what: 'of names that objects have',
      body: '{"__proto__":{"a":1},"constructor":{"prototype":1}}',
    },
  ])('JSON $what is a message like any other', async ({ body }) => {
    const { J1, W3 } = await scene().cast({ J1: {}, W3: {} });
    expect(await scene().call('POST', '/:send', json(body))).toEqual(done(202));
    expect(await scene().heard(J1)).toEqual([fromServer('json', body)]);
    expect(await scene().heard(W3)).toEqual([body]);
  });

  it.each([
    { what: 'JSON that is broken', call: json('{') },
    { what: 'JSON', call: json('{"groups":["g9"]}') },
    {
      what: 'a form',
      call: { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=%zz' },
    },
    { what: 'a type that is none', call: { headers: { 'content-type': ';' }, body: 'x' } },
    { what: 'more than a send may have', call: bytes(Buffer.alloc(MIB + 1)) },
  ])('an operation without a body does not read $what', async ({ call }) => {
    const { J1 } = await scene().cast({ J1: { roles: [] } });
    expect(await scene().call('PUT', '/groups/g1/connections/{c1}', call)).toEqual(done(200));
    expect(await scene().call('DELETE', '/groups/g2/connections/{c1}', call)).toEqual(done(204));
    const permission = '/permissions/sendToGroup/connections/{c1}?targetName=g1';
    expect(await scene().call('PUT', permission, call)).toEqual(done(200));
    expect(await scene().heard(J1)).toEqual([]);
  });
});
