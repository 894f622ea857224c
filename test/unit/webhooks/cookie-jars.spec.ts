import { ConnectionCookies } from '../../../lib/webhooks/sender/cookie-jars.js';

const HOOK = new URL('https://app.example/hooks/chat');

describe('ConnectionCookies (events.md 2.9)', () => {
  let warnings: string[];
  let cookies: ConnectionCookies;
  const connection = {};

  beforeEach(() => {
    warnings = [];
    cookies = new ConnectionCookies({ diagnostics: { warn: (text) => warnings.push(text) } });
  });

  it('has nothing to send before a cookie was set', async () => {
    expect(cookies.cookieHeader(connection, HOOK)).toBeUndefined();
    await cookies.store(connection, HOOK, []);
    expect(cookies.cookieHeader(connection, HOOK)).toBeUndefined();
  });

  it('L17 keeps the cookies of each connection apart', async () => {
    const other = {};
    await cookies.store(connection, HOOK, ['route=1']);
    expect(cookies.cookieHeader(other, HOOK)).toBeUndefined();
    await cookies.store(other, HOOK, ['route=2']);
    expect(cookies.cookieHeader(connection, HOOK)).toBe('route=1');
    expect(cookies.cookieHeader(other, HOOK)).toBe('route=2');
  });

  it.each([
    ['the host', 'a=1', 'https://app.example/hooks/x', 'a=1'],
    ['no other host', 'a=1', 'https://sub.app.example/hooks/', undefined],
    ['a domain', 'a=1; Domain=app.example', 'https://sub.app.example/hooks/', 'a=1'],
    ['a path', 'a=1; Path=/', 'https://app.example/other', 'a=1'],
    ['no other path', 'a=1; Path=/hooks', 'https://app.example/other', undefined],
    ['https only', 'a=1; Secure', 'http://app.example/hooks/', undefined],
    ['no time that is over', 'a=1; Max-Age=0', 'https://app.example/hooks/', undefined],
    ['no day in the past', 'a=1; Expires=Thu, 01 Jan 1970 00:00:01 GMT', HOOK.href, undefined],
    ['a time to come', 'a=1; Max-Age=600', HOOK.href, 'a=1'],
    ['scripts or not', 'a=1; HttpOnly; SameSite=Strict', HOOK.href, 'a=1'],
  ])('goes by %s', async (_case, line, url, header) => {
    await cookies.store(connection, HOOK, [line]);
    expect(cookies.cookieHeader(connection, new URL(url))).toBe(header);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['http://localhost:7080/hook', 'a=1'],
    ['http://localhost:7080/hook', 'a=1; Domain=localhost'],
    ['http://app.localhost/hook', 'a=1'],
    ['http://127.0.0.1:7080/hook', 'a=1'],
    ['http://127.0.0.1:7080/hook', 'a=1; Domain=127.0.0.1'],
    ['http://[::1]:7080/hook', 'a=1'],
    ['http://intranet/hook', 'a=1'],
  ])('works for %s and %s', async (url, line) => {
    await cookies.store(connection, new URL(url), [line]);
    expect(cookies.cookieHeader(connection, new URL(url))).toBe('a=1');
  });

  it('replaces a value, and removes what has expired', async () => {
    await cookies.store(connection, HOOK, ['a=1', 'b=1']);
    await cookies.store(connection, HOOK, ['a=2', 'b=; Max-Age=0']);
    expect(cookies.cookieHeader(connection, HOOK)).toBe('a=2');
  });

  it.each([
    ['no name', '=s3cr3t'],
    ['no equals sign', 's3cr3t'],
    ['nothing', ''],
    ['another host', 'a=s3cr3t; Domain=other.example'],
    ['a public suffix', 'a=s3cr3t; Domain=example'],
    ['bytes beyond ASCII', 'a=s3cr3t\u00e4'],
    ['a control character', 'a=s3cr3t\u0001x'],
    ['too many characters', `a=s3cr3t${'x'.repeat(9000)}`],
  ])(
    'drops a cookie with %s, reports it without its value, and keeps the rest',
    async (_case, line) => {
      await cookies.store(connection, HOOK, ['good=1', line, 'good=2']);
      expect(cookies.cookieHeader(connection, HOOK)).toBe('good=2');
      expect(warnings).toEqual([expect.stringContaining('a cookie of app.example was dropped')]);
      expect(warnings.join()).not.toContain('s3cr3t');
    },
  );

  it('keeps the 50 newest', async () => {
    for (let i = 0; i < 60; i++) await cookies.store(connection, HOOK, [`c${i}=x`]);
    const names = cookies
      .cookieHeader(connection, HOOK)
      ?.split('; ')
      .map((pair) => pair.split('=')[0]);
    expect(names).toEqual(Array.from({ length: 50 }, (_, i) => `c${i + 10}`));
  });

  it('looks at 50 lines of an answer', async () => {
    await cookies.store(
      connection,
      HOOK,
      Array.from({ length: 2000 }, (_, i) => `c${i}=x`),
    );
    expect(cookies.cookieHeader(connection, HOOK)?.split('; ')).toHaveLength(50);
  });

  it('keeps no more than 8 KiB', async () => {
    const value = 'x'.repeat(1000);
    await cookies.store(
      connection,
      HOOK,
      Array.from({ length: 20 }, (_, i) => `c${i}=${value}`),
    );
    const header = cookies.cookieHeader(connection, HOOK) ?? '';
    expect(header.length).toBeLessThanOrEqual(8192);
    expect(header).toContain('c19=');
    expect(header).not.toContain('c0=');
  });

  it('keeps what two answers set at the same time', async () => {
    await Promise.all([
      cookies.store(connection, HOOK, ['a=1']),
      cookies.store(connection, HOOK, ['b=2']),
    ]);
    expect(cookies.cookieHeader(connection, HOOK)).toBe('a=1; b=2');
  });
});
