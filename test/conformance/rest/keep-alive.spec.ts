import { SURFACES } from '../../support/platforms.js';
import { RawSocket } from '../../support/raw.socket.js';
import { restToken } from '../../support/tokens.js';
import { done } from './answers.js';
import { fromServer, text, useScene } from './scene.js';

const TEXT = 'Content-Type: text/plain';

describe.each(SURFACES)('one TCP connection for several requests on %s', (platform) => {
  const scene = useScene(platform);
  const sockets: RawSocket[] = [];

  afterEach(() => {
    for (const raw of sockets.splice(0)) raw.destroy();
  });

  async function connect(): Promise<RawSocket> {
    const raw = await RawSocket.connect(scene().stage.port);
    sockets.push(raw);
    return raw;
  }

  /** A request byte for byte; without a token its caller is nobody. */
  function request(
    method: string,
    operation: string,
    { headers = [], body = '', isKnown = true }: RequestInit = {},
  ): string {
    const target = scene().target(operation);
    const lines = [
      `${method} ${target} HTTP/1.1`,
      `Host: ${new URL(scene().stage.url).host}`,
      ...(isKnown ? [`Authorization: Bearer ${restToken(scene().rest.url(target))}`] : []),
      ...headers,
      `Content-Length: ${String(body.length)}`,
    ];
    return `${lines.join('\r\n')}\r\n\r\n${body}`;
  }

  const sendOf = (body: string): string => request('POST', '/:send', { headers: [TEXT], body });

  it('answers requests that do not wait for each other in their order', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const raw = await connect();
    raw.write(sendOf('a') + request('HEAD', '/connections/no-such') + sendOf('b'));
    const statuses: number[] = [];
    for (let answers = 0; answers < 3; answers++) statuses.push((await raw.head()).status);
    expect(statuses).toEqual([202, 404, 202]);
    expect(await scene().heard(J1)).toEqual(['"a"', '"b"'].map((data) => fromServer('text', data)));
  });

  it.each<RefusedCase>([
    { what: 'without a token', operation: '/:send', init: { isKnown: false }, status: 401 },
    {
      what: 'of an unknown type',
      operation: '/:send',
      init: { headers: ['Content-Type: a/b'] },
      status: 415,
    },
    { what: 'of an unknown version', operation: '/:send?api-version=1', status: 400 },
    { what: 'to nowhere', operation: '/:nothing', status: 404 },
    { what: 'by a wrong method', operation: '/users/u1', status: 405 },
    {
      what: 'that has no use for one',
      method: 'PUT',
      operation: '/groups/g1/connections/{c1}',
      status: 200,
    },
  ])('the body of a request $what is never a request itself', async (refused) => {
    const { method = 'POST', operation, init, status } = refused;
    const { J1 } = await scene().cast({ J1: {} });
    const raw = await connect();
    raw.write(request(method, operation, { ...init, body: sendOf('smuggled') }));
    const head = await raw.head();
    expect(head.status).toBe(status);
    await raw.body(head);
    // The connection goes on with what really is the next request, or is closed.
    raw.write(sendOf('next'));
    const next = await raw.head().catch(() => undefined);
    expect([202, undefined]).toContain(next?.status);
    const expected = next === undefined ? [] : [fromServer('text', '"next"')];
    expect(await scene().heard(J1)).toEqual(expected);
  });

  it('thousands of parameters are no trouble', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const query = Array.from({ length: 5000 }, () => 'x').join('&');
    // A token for the whole URL would not fit beside it.
    const token = restToken(scene().rest.url('/api/hubs/chat/:send'));
    const answer = await scene().call('POST', `/:send?${query}`, { ...text('x'), token });
    expect(answer).toEqual(done(202));
    expect(await scene().heard(J1)).toEqual([fromServer('text', '"x"')]);
  });
});

interface RequestInit {
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly isKnown?: boolean;
}

interface RefusedCase {
  readonly what: string;
  readonly method?: string;
  readonly operation: string;
  readonly init?: RequestInit;
  readonly status: number;
}
