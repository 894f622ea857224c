import { once } from 'node:events';
import { request as requestHttps, createServer as createTlsServer } from 'node:https';
import type { RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { AddressPolicy } from '../../../lib/webhooks/sender/address-policy.js';
import { OutgoingHttp, OutgoingHttpError } from '../../../lib/webhooks/sender/outgoing-http.js';
import { deferred } from '../../support/deferred.js';
import { SELF_SIGNED } from '../../support/self-signed.js';
import { listenHttp, listenRaw } from '../../support/webhook.target.js';

const MAX_ANSWER_BYTES = 64 * 1024;
/** What a request fails with; awaited later than it is sent. */
const failureOf = (outcome: Promise<unknown>): Promise<unknown> =>
  outcome.then(
    () => 'an answer',
    (error: unknown) => error,
  );

const policy = new AddressPolicy({ allowLoopback: true, allowPrivate: false });

describe('OutgoingHttp', () => {
  let http: OutgoingHttp;
  const closing: (() => Promise<void>)[] = [];

  beforeEach(() => {
    http = new OutgoingHttp({ addressPolicy: policy, maxAnswerBytes: MAX_ANSWER_BYTES });
  });

  afterEach(async () => {
    http.close();
    await Promise.all(closing.splice(0).map((close) => close()));
  });

  const serve = async (listener?: RequestListener) => {
    const target = await listenHttp(listener);
    closing.push(() => target.close());
    return target;
  };

  const serveRaw = async (answer: (socket: Socket) => void): Promise<URL> => {
    const target = await listenRaw(answer);
    closing.push(() => target.close());
    return target.url;
  };

  const post = (url: URL, signal: AbortSignal = AbortSignal.timeout(5000), client = http) =>
    client.send({ method: 'POST', url, headers: [], body: Buffer.from('x') }, signal);

  describe('answers', () => {
    it('have status, body, and each header line', async () => {
      const url = await serveRaw((socket) =>
        socket.write(
          'HTTP/1.1 201 Created\r\nContent-Length: 2\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n' +
            'ce-connectionState: x, y\r\n__proto__: z\r\n\r\nok',
        ),
      );
      const { status, headers, body } = await post(url);
      expect([status, body.toString()]).toEqual([201, 'ok']);
      expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
      expect(headers['ce-connectionstate']).toEqual(['x, y']);
      expect(headers['__proto__']).toEqual(['z']);
      expect(headers['constructor']).toBeUndefined();
    });

    it.each([200, 204, 302, 400, 401, 408, 429, 500, 503])('may have status %i', async (status) => {
      const { url } = await serve((_request, response) => response.writeHead(status).end());
      expect((await post(url)).status).toBe(status);
    });

    it('come after interim answers', async () => {
      const url = await serveRaw((socket) =>
        socket.write(
          'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
        ),
      );
      expect((await post(url)).status).toBe(200);
    });

    it('are not decompressed', async () => {
      const zipped = gzipSync('x'.repeat(1000));
      const { url, requests } = await serve((_request, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped),
      );
      expect((await post(url)).body).toEqual(zipped);
      expect(requests[0]?.headers).not.toHaveProperty('accept-encoding');
    });

    it('may be as large as the limit', async () => {
      const { url } = await serve((_request, response) =>
        response.end(Buffer.alloc(MAX_ANSWER_BYTES)),
      );
      expect((await post(url)).body).toHaveLength(MAX_ANSWER_BYTES);
    });
  });

  describe('limits', () => {
    it('F16 stops reading an endless body and destroys the socket', async () => {
      const gone = deferred<void>();
      const { url } = await serve((_request, response) => {
        response.on('close', () => gone.resolve());
        const write = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(16 * 1024)));
        };
        response.on('drain', write);
        write();
      });
      await expect(post(url)).rejects.toMatchObject({ kind: 'tooLarge' });
      await gone.promise;
    });

    it('F16 does not wait for a body whose length is too large', async () => {
      const gone = deferred<void>();
      const { url } = await serve((_request, response) => {
        response.on('close', () => gone.resolve());
        response.writeHead(200, { 'content-length': MAX_ANSWER_BYTES + 1 }).flushHeaders();
      });
      await expect(post(url)).rejects.toMatchObject({ kind: 'tooLarge' });
      await gone.promise;
    });

    it('refuses headers that are too large', async () => {
      const url = await serveRaw((socket) =>
        socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`),
      );
      await expect(post(url)).rejects.toMatchObject({ kind: 'tooLarge' });
    });
  });

  describe('network errors', () => {
    it.each([
      ['a body cut off', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'],
      ['chunks cut off', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
      ['headers cut off', 'HTTP/1.1 200 OK\r\nContent-'],
      ['no answer', ''],
    ])('%s', async (_case, text) => {
      const url = await serveRaw((socket) => socket.end(text));
      await expect(post(url)).rejects.toMatchObject({ kind: 'network' });
    });

    it.each([
      ['something else than HTTP', 'SSH-2.0-server\r\n'],
      ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n'],
      ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
      [
        'two framings',
        'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
      ['a chunk that is none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
      ['a header with NUL', 'HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n'],
      [
        'a switch of protocols',
        'HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
      ],
    ])('%s', async (_case, text) => {
      const url = await serveRaw((socket) => socket.write(text));
      await expect(post(url)).rejects.toMatchObject({ kind: 'network' });
    });

    it('a reset while the body arrives', async () => {
      const url = await serveRaw((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', () =>
          socket.resetAndDestroy(),
        );
      });
      await expect(post(url)).rejects.toMatchObject({ kind: 'network' });
    });

    it('F7 nothing listens', async () => {
      const target = await listenHttp();
      await target.close();
      await expect(post(target.url)).rejects.toMatchObject({
        kind: 'network',
        message: expect.stringContaining('ECONNREFUSED'),
      });
    });

    it('a name that nobody knows', async () => {
      const notFound = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
      const client = new OutgoingHttp({
        addressPolicy: policy,
        maxAnswerBytes: 1,
        resolve: () => Promise.reject(notFound),
      });
      const outcome = post(new URL('http://app.example/'), AbortSignal.timeout(5000), client);
      await expect(outcome).rejects.toMatchObject({ kind: 'network' });
      client.close();
    });

    it('a kept socket that turns out dead', async () => {
      let requests = 0;
      const url = await serveRaw((socket) => {
        requests += 1;
        if (requests === 1) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
        else socket.destroy();
      });
      expect((await post(url)).status).toBe(204);
      await expect(post(url)).rejects.toMatchObject({ kind: 'network' });
      expect(requests).toBe(2);
    });

    it('say nothing of what was sent or received', async () => {
      const url = await serveRaw((socket) => socket.write('s3cr3t s3cr3t\r\n\r\n'));
      url.search = '?code=s3cr3t';
      const error = await failureOf(post(url));
      expect(error).toBeInstanceOf(OutgoingHttpError);
      expect((error as Error).message).not.toContain('s3cr3t');
      expect((error as Error).cause).toBeUndefined();
    });
  });

  it('verifies certificates', async () => {
    const server = createTlsServer(SELF_SIGNED, (_request, response) => response.end('ok'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    });
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await expect(post(url)).rejects.toMatchObject({ kind: 'network' });
    const careless = requestHttps(url, { agent: false, rejectUnauthorized: false }).end();
    expect((await once(careless, 'response'))[0]).toMatchObject({ statusCode: 200 });
    careless.destroy();
  });

  describe('the signal', () => {
    it('sends nothing when it has aborted before', async () => {
      const target = await serve();
      await expect(post(target.url, AbortSignal.abort())).rejects.toMatchObject({
        kind: 'aborted',
      });
      expect(target.connections).toBe(0);
    });

    it('F8, F10 ends a request that waits for its answer', async () => {
      const arrived = deferred<void>();
      const gone = deferred<void>();
      const { url } = await serve((request, response) => {
        request.resume();
        response.on('close', () => gone.resolve());
        arrived.resolve();
      });
      const abort = new AbortController();
      const failure = failureOf(post(url, abort.signal));
      await arrived.promise;
      abort.abort();
      expect(await failure).toMatchObject({ kind: 'aborted' });
      await gone.promise;
    });

    it('ends a body that trickles', async () => {
      const gone = deferred<void>();
      const abort = new AbortController();
      const { url } = await serve((_request, response) => {
        response.on('close', () => gone.resolve());
        response.write('x', () => abort.abort());
      });
      await expect(post(url, abort.signal)).rejects.toMatchObject({ kind: 'aborted' });
      await gone.promise;
    });

    it('ends a request that waits for a socket', async () => {
      const client = new OutgoingHttp({
        addressPolicy: policy,
        maxAnswerBytes: 1,
        maxSocketsPerOrigin: 1,
      });
      const arrived = deferred<void>();
      const target = await serve(() => arrived.resolve());
      const first = new AbortController();
      const second = new AbortController();
      const failures = [first, second].map(({ signal }) =>
        failureOf(post(target.url, signal, client)),
      );
      await arrived.promise;
      second.abort();
      expect(await failures[1]).toMatchObject({ kind: 'aborted' });
      first.abort();
      expect(await failures[0]).toMatchObject({ kind: 'aborted' });
      expect(target.requests).toHaveLength(1);
      client.close();
    });

    it('ends a look-up that never comes back', async () => {
      const asked = deferred<void>();
      const client = new OutgoingHttp({
        addressPolicy: policy,
        maxAnswerBytes: 1,
        resolve: () => {
          asked.resolve();
          return new Promise(() => {});
        },
      });
      const abort = new AbortController();
      const failure = failureOf(post(new URL('http://app.example/'), abort.signal, client));
      await asked.promise;
      abort.abort();
      expect(await failure).toMatchObject({ kind: 'aborted' });
      client.close();
    });

    it('is let go of afterwards', async () => {
      const { url } = await serve();
      const { signal } = new AbortController();
      const listeners = new Set<unknown>();
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listeners.add(args[1]);
        add(...args);
      };
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listeners.delete(args[1]);
        remove(...args);
      };
      await post(url, signal);
      expect(listeners.size).toBe(0);
    });
  });

  describe('sockets', () => {
    it('are kept for the next request', async () => {
      const target = await serve();
      for (let i = 0; i < 5; i++) expect((await post(target.url)).status).toBe(204);
      expect([target.requests.length, target.connections]).toEqual([5, 1]);
    });

    it('are no more than the limit', async () => {
      const client = new OutgoingHttp({
        addressPolicy: policy,
        maxAnswerBytes: 1,
        maxSocketsPerOrigin: 2,
      });
      const target = await serve();
      await Promise.all(Array.from({ length: 10 }, () => post(target.url, undefined, client)));
      expect([target.requests.length, target.connections]).toEqual([10, 2]);
      client.close();
    });

    it('end with close(), and with them what is under way', async () => {
      const arrived = deferred<void>();
      const target = await serve(() => arrived.resolve());
      const failure = failureOf(post(target.url));
      await arrived.promise;
      http.close();
      expect(await failure).toMatchObject({ kind: 'aborted' });
      await expect(post(target.url)).rejects.toMatchObject({ kind: 'aborted' });
      expect(target.requests).toHaveLength(1);
    });
  });
});
