import { once } from 'node:events';
import { AddressPolicy } from '../../../lib/webhooks/sender/address-policy.js';
import { OutgoingHttp } from '../../../lib/webhooks/sender/outgoing-http.js';
import { listenHttp, type WebhookTarget } from '../../support/webhook.target.js';

const policy = new AddressPolicy({ allowLoopback: true, allowPrivate: false });

describe('OutgoingHttp and headers', () => {
  let target: WebhookTarget;
  let http: OutgoingHttp;

  beforeEach(async () => {
    target = await listenHttp();
    http = new OutgoingHttp({ addressPolicy: policy, maxAnswerBytes: 1024 });
  });

  afterEach(async () => {
    http.close();
    await target.close();
  });

  const post = (headers: readonly (readonly [string, string])[]) =>
    http.send(
      { method: 'POST', url: target.url, headers, body: Buffer.from('x') },
      AbortSignal.timeout(5000),
    );

  const INJECTED = '\r\nce-signature: forged';
  it.each([
    ['CR LF and a header', 'ce-userId', `ana${INJECTED}`],
    ['CR LF CR LF and a body', 'ce-userId', 'ana\r\n\r\n{}'],
    ['a request behind it', 'ce-userId', 'ana\r\n\r\nPOST /admin HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['LF alone', 'ce-userId', 'ana\nx: y'],
    ['CR alone', 'ce-userId', 'ana\rx: y'],
    ['NUL', 'ce-userId', 'ana\0'],
    ['a folded line', 'ce-userId', 'ana\r\n x'],
    ['CR LF at its end', 'ce-userId', 'ana\r\n'],
    ['LF in front', 'ce-userId', '\nana'],
    ['a tab', 'ce-userId', 'a\tb'],
    ['a vertical tab', 'ce-userId', 'a\vb'],
    ['an escape', 'ce-userId', 'a\u001b[31mb'],
    ['DEL', 'ce-userId', 'a\u007fb'],
    ['a character beyond Latin-1', 'ce-connectionState', '用户'],
    ['one that Latin-1 would cut down to LF', 'ce-connectionState', 'a\u010ax: y'],
    ['one that Latin-1 would cut down to CR', 'ce-connectionState', 'a\u010dx: y'],
    ['a line separator', 'ce-connectionState', 'a\u2028b'],
    ['an emoji', 'ce-connectionState', '\u{1f600}'],
    ['half a surrogate pair', 'ce-connectionState', '\ud800'],
    ['CR LF in a name', `x-webpubsub-metadata-a${INJECTED}`, 'b'],
    ['a colon in a name', 'mqtt-a:b', 'c'],
    ['a space in a name', 'mqtt-a b', 'c'],
    ['a space behind a name', 'mqtt-a ', 'c'],
    ['a character beyond ASCII in a name', 'mqtt-ü', 'c'],
    ['NUL in a name', 'mqtt-\0', 'c'],
    ['an empty name', '', 'c'],
    ['a name that routes', 'Host', 'other.example'],
    ['a name that frames', 'Content-Length', '0'],
    ['a name that frames', 'transfer-encoding', 'chunked'],
    ['a name that rules the connection', 'Connection', 'upgrade'],
    ['a name that changes the protocol', 'Upgrade', 'h2c'],
    ['a name that waits', 'Expect', '100-continue'],
  ])('refuses %s before anything is sent', async (_case, name, value) => {
    await expect(
      post([
        ['ce-hub', 'chat'],
        [name, value],
      ]),
    ).rejects.toMatchObject({
      kind: 'header',
      message: expect.not.stringContaining('forged'),
    });
    expect(target.connections).toBe(0);
  });

  it('refuses a name that is there twice', async () => {
    await expect(
      post([
        ['mqtt-a', '1'],
        ['MQTT-A', '2'],
      ]),
    ).rejects.toMatchObject({ kind: 'header' });
    expect(target.connections).toBe(0);
  });

  it('refuses more than 32 KiB of headers', async () => {
    const large = (bytes: number): [string, string][] => [
      ['ce-connectionState', 'x'.repeat(bytes)],
    ];
    await expect(post(large(32 * 1024))).rejects.toMatchObject({ kind: 'header' });
    expect(target.connections).toBe(0);
    expect((await post(large(8 * 1024))).status).toBe(204);
  });

  it('counts many small ones, and the URL', async () => {
    const headers = Array.from({ length: 1000 }, (_, i): [string, string] => [
      `x-${i}`,
      'y'.repeat(30),
    ]);
    await expect(post(headers)).rejects.toMatchObject({ kind: 'header' });
    const url = new URL(`/${'x'.repeat(33_000)}`, target.url);
    const outcome = http.send({ method: 'GET', url, headers: [] }, AbortSignal.timeout(5000));
    await expect(outcome).rejects.toMatchObject({ kind: 'header' });
    expect(target.connections).toBe(0);
  });

  it('sends UTF-8 that was given as its bytes', async () => {
    await post([['ce-userId', Buffer.from('用户', 'utf8').toString('latin1')]]);
    const received = target.requests[0]?.headers['ce-userid'] as string;
    expect(Buffer.from(received, 'latin1').toString('utf8')).toBe('用户');
  });

  it('sends names as they are spelt, empty values too, and nothing that nobody asked for', async () => {
    await post([
      ['ce-eventName', 'x'],
      ['ce-connectionState', ''],
      ['WebHook-Request-Origin', 'a'],
    ]);
    const sent = [
      `Host=${target.url.host}`,
      'ce-eventName=x',
      'ce-connectionState=',
      'WebHook-Request-Origin=a',
      'Connection=keep-alive',
      'Content-Length=1',
    ];
    expect(target.requests[0]?.rawHeaders).toEqual(sent.flatMap((line) => line.split('=')));
  });

  it('sends no credentials that stand in a URL', async () => {
    const url = new URL(target.url);
    url.username = 'user';
    url.password = 'secret';
    await http.send({ method: 'GET', url, headers: [] }, AbortSignal.timeout(5000));
    expect(target.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each(['OPTIONS', 'GET'] as const)('sends %s without a body', async (method) => {
    const outcome = http.send({ method, url: target.url, headers: [] }, AbortSignal.timeout(5000));
    expect((await outcome).status).toBe(204);
    const [request] = target.requests;
    expect(request?.method).toBe(method);
    expect(request?.headers).not.toHaveProperty('transfer-encoding');
  });

  it.each([
    ['an empty body', Buffer.alloc(0)],
    ['no body', undefined],
  ])('says that a POST has %s', async (_case, body) => {
    const request = { method: 'POST', url: target.url, headers: [], body } as const;
    await http.send(request, AbortSignal.timeout(5000));
    expect(target.requests[0]?.headers['content-length']).toBe('0');
  });

  it('sends path and query as they stand in the URL', async () => {
    const url = new URL('/a%2Fb/c?code=x%3D&b', target.url);
    await http.send({ method: 'GET', url, headers: [] }, AbortSignal.timeout(5000));
    expect(target.requests[0]?.url).toBe('/a%2Fb/c?code=x%3D&b');
  });

  it('sends the body byte for byte', async () => {
    const body = Buffer.from([0, 255, 13, 10, 128]);
    const chunks: Buffer[] = [];
    const echo = await listenHttp((request, response) => {
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      void once(request, 'end').then(() => response.end());
    });
    await http.send(
      { method: 'POST', url: echo.url, headers: [], body },
      AbortSignal.timeout(5000),
    );
    expect(Buffer.concat(chunks)).toEqual(body);
    await echo.close();
  });
});
