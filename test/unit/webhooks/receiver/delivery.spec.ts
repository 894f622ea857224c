import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { EventReply } from '../../../../lib/engine/ports/event-sink.interface.js';
import { deferred } from '../../../support/deferred.js';
import { PLATFORMS } from '../../../support/platforms.js';
import { RawSocket } from '../../../support/raw.socket.js';
import {
  eventHeaders,
  PATH,
  startReceiver,
  type ReceiverApp,
  type ReceiverInit,
} from './support/receiver.app.js';
import { replies, ScriptedHandler, text, type Script } from './support/scripted.handler.js';

describe.each(PLATFORMS)('a receiver on %s', (platform) => {
  const apps: ReceiverApp[] = [];
  const start = async (script: Script, init: Partial<ReceiverInit> = {}) => {
    const handler = new ScriptedHandler(script);
    const app = await startReceiver(platform, { handler, ...init });
    apps.push(app);
    return { app, handler };
  };

  afterEach(async () => {
    await Promise.all(apps.splice(0).map(({ host }) => host.close()));
  });

  describe('with more than one message', () => {
    const emit = (...list: string[]): Script => ({
      userEvent: (event) => {
        for (const data of list) event.reply?.(text(data));
        return replies();
      },
    });

    it.each<[string, Script, string[], string, number]>([
      ['answers with the only one', emit('a'), [], 'a', 200],
      ['sends all but the last one', emit('a', 'b', 'c'), ['a', 'b'], 'c', 200],
      [
        'puts the outcome behind them',
        {
          userEvent: (event) => {
            event.reply?.(text('a'));
            return replies(text('b'), text('c'));
          },
        },
        ['a', 'b'],
        'c',
        200,
      ],
      [
        'sends all when the event is refused',
        {
          userEvent: (event) => {
            event.reply?.(text('a'));
            return { handled: false, status: 400, detail: 'no' };
          },
        },
        ['a'],
        'no',
        400,
      ],
      [
        'sends all when the handler fails',
        {
          userEvent: (event) => {
            event.reply?.(text('a'));
            throw new Error('no');
          },
        },
        ['a'],
        'Internal Server Error',
        500,
      ],
    ])('%s', async (_, script, sent, body, status) => {
      const { app } = await start(script);
      const answer = await app.event();
      expect([answer.status, answer.body.toString()]).toEqual([status, body]);
      expect(app.sent).toEqual(sent.map((data) => `chat/conn-0001: ${data}`));
    });

    it('answers only after the others are sent, one after another', async () => {
      const gates = [deferred<void>(), deferred<void>()];
      const started: string[] = [];
      const begun = deferred<void>();
      const send = async ({ payload }: EventReply): Promise<void> => {
        const gate = gates[started.push(payload.bytes.toString()) - 1];
        begun.resolve();
        await gate?.promise;
      };
      const { app } = await start(emit('a', 'b', 'c'), { send });
      let isAnswered = false;
      const answered = app.event().finally(() => (isAnswered = true));
      await begun.promise;
      expect(started).toEqual(['a']);
      gates[0]?.resolve();
      gates[1]?.resolve();
      expect(isAnswered).toBe(false);
      expect((await answered).body.toString()).toBe('c');
      expect(started).toEqual(['a', 'b']);
    });

    it('fails, and stops the handler, when one cannot be sent', async () => {
      let isStopped = false;
      let tried = 0;
      const { app } = await start(
        {
          userEvent: async (event, { signal }) => {
            for (const data of ['a', 'b', 'c']) event.reply?.(text(data));
            await once(signal, 'abort');
            isStopped = true;
            for (const data of ['d', 'e', 'f']) event.reply?.(text(data));
            return replies();
          },
        },
        { send: () => Promise.reject(new Error(`gone ${String((tried += 1))}`)) },
      );
      expect((await app.event()).status).toBe(500);
      expect(isStopped).toBe(true);
      expect(tried).toBe(1);
      expect(app.sent).toEqual([]);
      expect(app.log).toHaveLength(1);
      expect(app.log[0]).toContain('A message to the client could not be sent.');
    });

    it('fails when a handler sends faster than the service takes', async () => {
      const gate = deferred<void>();
      const { app } = await start(emit(...Array.from({ length: 1003 }, String)), {
        send: () => gate.promise,
      });
      expect((await app.event()).status).toBe(500);
      gate.resolve();
      expect(app.log[0]).toContain('faster than the service takes them');
    });

    it('sends nothing that comes after the answer', async () => {
      const finish = deferred<void>();
      const { app } = await start({
        userEvent: (event) => {
          event.reply?.(text('a'));
          void finish.promise.then(() => {
            event.reply?.(text('late'));
            event.reply?.(text('later'));
          });
          return replies();
        },
      });
      expect((await app.event()).body.toString()).toBe('a');
      finish.resolve();
      await new Promise(setImmediate);
      expect(app.sent).toEqual([]);
    });
  });

  describe('with a handler that takes long', () => {
    it('R25: answers 500 after its limit', async () => {
      const stopped = deferred<void>();
      const { app } = await start(
        {
          userEvent: async (_, { signal }) => {
            await once(signal, 'abort');
            stopped.resolve();
            return replies(text('late'));
          },
        },
        { settings: { timeoutMs: 50 } },
      );
      expect((await app.event()).status).toBe(500);
      await stopped.promise;
      expect(app.log.join()).toContain('EventTimeoutError');
    });

    it('F10: aborts it when the sender goes away, and does not report that', async () => {
      const begun = deferred<void>();
      const stopped = deferred<void>();
      const { app } = await start({
        connect: async (_, { signal }) => {
          begun.resolve();
          await once(signal, 'abort');
          stopped.resolve();
        },
      });
      const socket = await RawSocket.connect(app.host.port);
      writeEvent(socket, { type: 'azure.webpubsub.sys.connect' }, '{}');
      await begun.promise;
      socket.destroy();
      await stopped.promise;
      await new Promise(setImmediate);
      expect(app.log).toEqual([]);
    });

    it('R26: answers notifications before, and reports what goes wrong', async () => {
      const gate = deferred<void>();
      const { app, handler } = await start({
        notify: async () => {
          await gate.promise;
          throw new Error('too bad');
        },
      });
      expect((await app.event({ type: 'azure.webpubsub.sys.connected' })).status).toBe(200);
      expect(handler.notifications).toHaveLength(1);
      gate.resolve();
      await new Promise(setImmediate);
      expect(app.log[0]).toMatch(/event connected of connection conn-0001 failed .*too bad/);
    });

    it('waits for notifications when the application closes', async () => {
      const gate = deferred<void>();
      let isDone = false;
      const { app } = await start({
        notify: async () => {
          await gate.promise;
          isDone = true;
        },
      });
      await app.event({ type: 'azure.webpubsub.sys.connected' });
      const closed = apps.splice(0)[0]?.host.close();
      setImmediate(() => gate.resolve());
      await closed;
      expect(isDone).toBe(true);
    });
  });

  describe('with the same event again', () => {
    const counting = (): Script => {
      let count = 0;
      return { userEvent: () => ({ ...replies(text(String((count += 1)))), state: `s${count}` }) };
    };
    const settings = { deduplicationWindowMs: 60_000 };

    it('R29: repeats the answer', async () => {
      const { app, handler } = await start(counting(), { settings });
      const first = await app.event();
      const second = await app.event();
      expect(second.body.toString()).toBe('1');
      expect(second.headers['ce-connectionstate']).toBe('s1');
      expect({ ...second.headers, date: '' }).toEqual({ ...first.headers, date: '' });
      expect(handler.userEvents).toHaveLength(1);
    });

    it.each<[string, Parameters<ReceiverApp['event']>[0]]>([
      ['number', { id: '4' }],
      ['source', { headers: { 'ce-source': '/hubs/chat/client/conn-0001/phys-2' } }],
      ['name', { type: 'azure.webpubsub.user.other' }],
    ])('handles an event with another %s', async (_, other) => {
      const { app } = await start(counting(), { settings });
      await app.event();
      expect((await app.event(other)).body.toString()).toBe('2');
    });

    it('handles it again after the window, and without one', async () => {
      let now = 0;
      const { app } = await start(counting(), { settings, clock: () => now });
      await app.event();
      now = 59_999;
      expect((await app.event()).body.toString()).toBe('1');
      now = 60_000;
      expect((await app.event()).body.toString()).toBe('2');
      const { app: without } = await start(counting());
      await without.event();
      expect((await without.event()).body.toString()).toBe('2');
    });

    it('handles it again when it failed', async () => {
      let count = 0;
      const { app } = await start(
        {
          userEvent: () => {
            if ((count += 1) === 1) throw new Error('once');
            return replies(text('ok'));
          },
        },
        { settings },
      );
      expect((await app.event()).status).toBe(500);
      expect((await app.event()).body.toString()).toBe('ok');
    });

    it('lets one that comes meanwhile wait for the first', async () => {
      const gate = deferred<void>();
      const begun = deferred<void>();
      const { app, handler } = await start(
        {
          userEvent: async () => {
            begun.resolve();
            await gate.promise;
            return replies(text('ok'));
          },
        },
        { settings },
      );
      const first = app.event();
      await begun.promise;
      const second = app.event();
      gate.resolve();
      expect((await first).body.toString()).toBe('ok');
      expect((await second).body.toString()).toBe('ok');
      expect(handler.userEvents).toHaveLength(1);
    });

    it('begins anew for one that waits when the first was given up', async () => {
      const begun = deferred<void>();
      const waits = deferred<void>();
      const { app } = await start(
        {
          userEvent: async ({ event }, { signal }) => {
            if (event !== 'order') return replies();
            if (signal.aborted || handled.push(event) > 1) return replies(text('second'));
            begun.resolve();
            await once(signal, 'abort');
          },
        },
        // Asked by whatever is looked up while something is remembered.
        { settings, clock: () => ((looked += 1) === 4 && waits.resolve(), 0) },
      );
      const handled: string[] = [];
      let looked = 0;
      await app.event({ type: 'azure.webpubsub.user.other' });
      looked = 2;
      const socket = await RawSocket.connect(app.host.port);
      writeEvent(socket, {}, '{}');
      await begun.promise;
      const second = app.event();
      await waits.promise;
      socket.destroy();
      expect((await second).body.toString()).toBe('second');
    });

    it('handles a notification once', async () => {
      const { app, handler } = await start({}, { settings });
      const init = { type: 'azure.webpubsub.sys.disconnected' };
      expect((await app.event(init)).status).toBe(200);
      expect((await app.event(init)).status).toBe(200);
      expect(handler.notifications).toHaveLength(1);
    });
  });

  describe('with bodies', () => {
    it('R31: 413 and the end of the connection for one that says it is too long', async () => {
      const { app, handler } = await start({}, { settings: { maxBodyBytes: 10 } });
      const socket = await RawSocket.connect(app.host.port);
      writeEvent(socket, {}, '"0123456789"');
      const head = await socket.head();
      expect(head).toMatchObject({ status: 413, headers: { connection: 'close' } });
      await socket.closed;
      expect(handler.calls).toHaveLength(0);
    });

    it('R31: 413 for one that goes on and on', async () => {
      const { app, handler } = await start({}, { settings: { maxBodyBytes: 10 } });
      const socket = await RawSocket.connect(app.host.port);
      writeEvent(socket, { headers: { 'transfer-encoding': 'chunked' } }, 'b\r\n01234567890\r\n');
      expect((await socket.head()).status).toBe(413);
      await socket.closed;
      expect(handler.calls).toHaveLength(0);
    });

    it('R31: does not hang up on a sender that is still writing, so that it sees the answer', async () => {
      const { app } = await start({}, { settings: { maxBodyBytes: 10 } });
      const socket = await RawSocket.connect(app.host.port);
      writeEvent(socket, { headers: { 'content-length': '200000' } }, 'x');
      const head = await socket.head();
      await socket.body(head);
      for (let left = 199_999; left > 0; left -= 9999) {
        await new Promise(setImmediate);
        expect(socket.socket.readableEnded).toBe(false);
        socket.write('x'.repeat(Math.min(left, 9999)));
      }
      await socket.closed;
      expect(head.status).toBe(413);
    });

    it('takes one that is as long as allowed', async () => {
      const { app } = await start({}, { settings: { maxBodyBytes: 10 } });
      expect((await app.event({ body: '"01234567"' })).status).toBe(204);
      expect((await app.event({ body: ['"0123', '4567"'] })).status).toBe(204);
    });

    it('408 for one that does not come, and nothing stays behind', async () => {
      const { app } = await start({}, { settings: { timeoutMs: 50 } });
      const socket = await RawSocket.connect(app.host.port);
      writeEvent(socket, { headers: { 'content-length': '5' } }, '"a');
      expect((await socket.head()).status).toBe(408);
      await socket.closed;
      expect((await app.event()).status).toBe(204);
    });

    it('401 without waiting for the body', async () => {
      const { app } = await start({});
      const socket = await RawSocket.connect(app.host.port);
      const headers = { 'content-length': '1000000', 'ce-signature': undefined };
      writeEvent(socket, { headers }, '');
      expect((await socket.head()).status).toBe(401);
      socket.destroy();
    });

    it('503 while too many of them are in memory', async () => {
      const gate = deferred<void>();
      const full = deferred<void>();
      let count = 0;
      const { app } = await start(
        {
          userEvent: () => {
            if ((count += 1) === 8) full.resolve();
            return gate.promise;
          },
        },
        { settings: { maxBodyBytes: 100 } },
      );
      const body = JSON.stringify('x'.repeat(98));
      const held = Array.from({ length: 8 }, () => app.event({ body }));
      await full.promise;
      expect((await app.event({ body: '1' })).status).toBe(503);
      gate.resolve();
      await Promise.all(held);
      expect((await app.event({ body: '1' })).status).toBe(204);
    });

    it('keeps the connection for the next event', async () => {
      const { app } = await start({});
      const socket = await RawSocket.connect(app.host.port);
      for (const status of [204, 401, 400, 204]) {
        const headers = status === 401 ? { 'ce-signature': undefined } : {};
        writeEvent(socket, { headers }, status === 400 ? '{' : '{}');
        const head = await socket.head();
        expect(head.status).toBe(status);
        if (status !== 204) await socket.body(head);
      }
      socket.destroy();
    });

    it('R27: takes what a parser in front of it has read', async () => {
      const { app, handler } = await start({}, { configure: readBefore });
      await app.event({ body: '{"a":[1,2]}' });
      await app.event({ headers: { 'Content-Type': 'text/plain', 'x-as': 'text' }, body: 'hé' });
      await app.event({ headers: { 'x-as': 'buffer' }, body: '{"n":12345678901234567890}' });
      expect(handler.userEvents.map(({ payload }) => payload.bytes.toString('utf8'))).toEqual([
        '{"a":[1,2]}',
        'hé',
        '{"n":12345678901234567890}',
      ]);
    });
  });
});

function writeEvent(
  socket: RawSocket,
  init: Parameters<typeof eventHeaders>[0],
  body: string,
): void {
  const given = eventHeaders(init) as Record<string, string>;
  const isFramed = Object.keys(given).some((name) =>
    /^(content-length|transfer-encoding)$/.test(name),
  );
  const all = {
    Host: 'app.example',
    ...(!isFramed && { 'content-length': String(body.length) }),
    ...given,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST ${PATH} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

/** Reads every body before the application begins, as one that ours is mounted in would. */
function readBefore(app: INestApplication<Server>): void {
  const server = app.getHttpServer();
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage & { body?: unknown }, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      request.body = parsed(Buffer.concat(chunks), request.headers['x-as']);
      for (const listener of listeners) listener.call(server, request, response);
    });
  });
}

function parsed(bytes: Buffer, as: unknown): unknown {
  if (as === 'buffer') return bytes;
  const body = bytes.toString('utf8');
  return as === 'text' ? body : JSON.parse(body);
}
