import type { LookupAddress } from 'node:dns';
import { AddressPolicy } from '../../../lib/webhooks/sender/address-policy.js';
import { OutgoingHttp } from '../../../lib/webhooks/sender/outgoing-http.js';
import { listenHttp, type WebhookTarget } from '../../support/webhook.target.js';

const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 };
const PUBLIC: LookupAddress = { address: '203.0.114.1', family: 4 };

describe('OutgoingHttp and addresses it must not reach', () => {
  let victim: WebhookTarget;
  const opened: OutgoingHttp[] = [];

  beforeAll(async () => {
    victim = await listenHttp();
  });

  afterEach(() => {
    for (const http of opened.splice(0)) http.close();
  });

  afterAll(() => victim.close());

  const create = (
    addresses: readonly LookupAddress[] | (() => readonly LookupAddress[]),
    allowed: { allowLoopback?: boolean; allowPrivate?: boolean; allowedHosts?: string[] } = {},
  ): OutgoingHttp => {
    const http = new OutgoingHttp({
      addressPolicy: new AddressPolicy({ allowLoopback: false, allowPrivate: false, ...allowed }),
      maxAnswerBytes: 1024,
      resolve: () => Promise.resolve(typeof addresses === 'function' ? addresses() : addresses),
    });
    opened.push(http);
    return http;
  };

  const get = (http: OutgoingHttp, url: string) =>
    http.send(
      { method: 'GET', url: new URL(url.replace('PORT', String(victim.port))), headers: [] },
      AbortSignal.timeout(5000),
    );

  // The port is that of a server on this machine: a request that gets through would be seen.
  it.each([
    ['the plain address', 'http://127.0.0.1:PORT/'],
    ['another address of the range', 'http://127.8.8.8:PORT/'],
    ['one decimal number', 'http://2130706433:PORT/'],
    ['one hexadecimal number', 'http://0x7f000001:PORT/'],
    ['one octal number', 'http://017700000001:PORT/'],
    ['hexadecimal parts', 'http://0x7f.0x0.0x0.0x1:PORT/'],
    ['a short hexadecimal form', 'http://0x7f.1:PORT/'],
    ['octal parts', 'http://0177.0.0.1:PORT/'],
    ['octal parts with many zeros', 'http://0000177.0.0.01:PORT/'],
    ['two parts', 'http://127.1:PORT/'],
    ['three parts', 'http://127.0.1:PORT/'],
    ['mixed parts', 'http://0x7f.0.01:PORT/'],
    ['a dot at the end', 'http://127.0.0.1.:PORT/'],
    ['percent escapes', 'http://%31%32%37.0.0.1:PORT/'],
    ['fullwidth digits', 'http://１２７.０.０.１:PORT/'],
    ['circled digits', 'http://①②⑦.⓪.⓪.①:PORT/'],
    ['ideographic full stops', 'http://127。0。0。1:PORT/'],
    ['a name in front', 'http://good@127.0.0.1:PORT/'],
    ['a name that looks like a host', 'http://app.example:80@127.0.0.1:PORT/'],
    ['a backslash', 'http:\\\\127.0.0.1:PORT\\@app.example/'],
    ['a tab inside', 'http://127.0.\t0.1:PORT/'],
    ['the unspecified address', 'http://0.0.0.0:PORT/'],
    ['zero', 'http://0:PORT/'],
    ['IPv6 loopback', 'http://[::1]:PORT/'],
    ['IPv6 loopback in full', 'http://[0:0:0:0:0:0:0:1]:PORT/'],
    ['IPv6 unspecified', 'http://[::]:PORT/'],
    ['mapped', 'http://[::ffff:127.0.0.1]:PORT/'],
    ['mapped in hexadecimal', 'http://[0:0:0:0:0:ffff:7f00:1]:PORT/'],
    ['IPv4-compatible', 'http://[::127.0.0.1]:PORT/'],
    ['6to4', 'http://[2002:7f00:1::]:PORT/'],
    ['NAT64', 'http://[64:ff9b::7f00:1]:PORT/'],
    ['a private address', 'http://10.0.0.1:PORT/'],
    ['a private address as a number', 'http://167772161:PORT/'],
    ['a unique local address', 'http://[fd00::1]:PORT/'],
    ['a link-local address', 'http://[fe80::1]:PORT/'],
    ['https as well', 'https://127.0.0.1:PORT/'],
  ])('refuses %s without a look-up', async (_case, url) => {
    const neverAsked = () => {
      throw new Error('looked up');
    };
    await expect(get(create(neverAsked), url)).rejects.toMatchObject({ kind: 'refusedAddress' });
    expect(victim.connections).toBe(0);
  });

  it.each([
    ['the plain address', 'http://169.254.169.254/latest/meta-data/'],
    ['one decimal number', 'http://2852039166/'],
    ['one hexadecimal number', 'http://0xa9fea9fe/'],
    ['octal parts', 'http://0251.0376.0251.0376/'],
    ['a short form', 'http://169.16689662/'],
    ['mapped', 'http://[::ffff:169.254.169.254]/'],
    ['mapped in hexadecimal', 'http://[::ffff:a9fe:a9fe]/'],
    ['NAT64', 'http://[64:ff9b::a9fe:a9fe]/'],
    ['6to4', 'http://[2002:a9fe:a9fe::]/'],
    ['IPv6', 'http://[fd00:ec2::254]/'],
    ['fullwidth digits', 'http://１６９.254.169.254/'],
  ])('refuses a metadata service whatever is allowed: %s', async (_case, url) => {
    const http = create([PUBLIC], { allowLoopback: true, allowPrivate: true });
    await expect(get(http, url)).rejects.toMatchObject({ kind: 'refusedAddress' });
  });

  it.each([
    ['localhost', 'http://localhost:PORT/', [LOOPBACK]],
    ['localhost with a dot at its end', 'http://localhost.:PORT/', [LOOPBACK]],
    ['a name below localhost', 'http://app.localhost:PORT/', [LOOPBACK]],
    ['a name that leads here', 'http://app.example:PORT/', [LOOPBACK]],
    ['a name with an IPv6 address', 'http://app.example:PORT/', [{ address: '::1', family: 6 }]],
    [
      'a name with a mapped address',
      'http://app.example:PORT/',
      [{ address: '::ffff:127.0.0.1', family: 6 }],
    ],
    ['one public and one private address', 'http://app.example:PORT/', [PUBLIC, LOOPBACK]],
    ['one private and one public address', 'http://app.example:PORT/', [LOOPBACK, PUBLIC]],
    [
      'a metadata service behind a name',
      'http://metadata.example/',
      [{ address: '169.254.169.254', family: 4 }],
    ],
    ['https as well', 'https://app.example:PORT/', [LOOPBACK]],
  ])('refuses what a name resolves to: %s', async (_case, url, addresses) => {
    await expect(get(create(addresses), url)).rejects.toMatchObject({ kind: 'refusedAddress' });
    expect(victim.connections).toBe(0);
  });

  it('asks for an address once, and goes to the one that was checked', async () => {
    const target = await listenHttp();
    let asked = 0;
    // A name server that rebinds: the second answer would be refused, so it must never be used.
    const http = create(
      () => {
        asked += 1;
        return asked === 1 ? [LOOPBACK] : [{ address: '169.254.169.254', family: 4 }];
      },
      { allowLoopback: true },
    );
    const answer = await get(http, `http://app.example:${target.port}/`);
    expect([answer.status, asked, target.requests.length]).toEqual([204, 1, 1]);
    expect(target.requests[0]?.headers.host).toBe(`app.example:${target.port}`);
    await target.close();
  });

  it('checks a name again for the next connection', async () => {
    const target = await listenHttp((_request, response) =>
      response.writeHead(204, { connection: 'close' }).end(),
    );
    const answers = [[LOOPBACK], [{ address: '10.0.0.1', family: 4 }]];
    const http = create(() => answers.shift() ?? [], { allowLoopback: true });
    const url = `http://app.example:${target.port}/`;
    expect((await get(http, url)).status).toBe(204);
    await expect(get(http, url)).rejects.toMatchObject({ kind: 'refusedAddress' });
    await target.close();
  });

  it.each([301, 302, 303, 307, 308])('F11 does not follow %i to another target', async (status) => {
    const target = await listenHttp((_request, response) =>
      response.writeHead(status, { location: victim.url.href }).end(),
    );
    const http = create([], { allowLoopback: true });
    const answer = await get(http, target.url.href);
    expect(answer.status).toBe(status);
    expect(answer.headers['location']).toEqual([victim.url.href]);
    expect(victim.connections).toBe(0);
    await target.close();
  });

  it('goes only to hosts that are listed', async () => {
    const http = create([PUBLIC], { allowedHosts: ['app.example'] });
    await expect(get(http, 'http://other.example/')).rejects.toMatchObject({
      kind: 'refusedAddress',
      message: 'other.example is not one of the allowed hosts',
    });
  });

  it.each(['ftp://app.example/', 'file:///etc/passwd', 'data:,x'])('refuses %s', async (url) => {
    await expect(get(create([PUBLIC]), url)).rejects.toMatchObject({ kind: 'refusedAddress' });
  });
});
