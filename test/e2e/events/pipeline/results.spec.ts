import { jest } from '@jest/globals';
import { EMPTY, interval, map, NEVER, of, Subject, take } from 'rxjs';
import { SendToGroup } from '../../../../lib/decorators/operations/groups.decorators.js';
import type { EventReply } from '../../../../lib/engine/ports/event-sink.interface.js';
import { encodeState } from '../../../../lib/events/connection-state.js';
import {
  OnConnect,
  OnConnected,
  OnDisconnected,
  OnGroupJoined,
  OnGroupLeft,
  OnUserEvent,
} from '../../../../lib/events/handlers/decorators/event.decorators.js';
import { Hub } from '../../../../lib/events/handlers/decorators/hub.decorator.js';
import {
  Connection,
  EventData,
} from '../../../../lib/events/handlers/decorators/parameter.decorators.js';
import type { HubConnection } from '../../../../lib/events/handlers/hub-connection.js';
import { UserEventReply } from '../../../../lib/events/handlers/answers/user-event-reply.js';
import { HubRegistry } from '../../../../lib/hub/hub.registry.js';
import { callOf, connectEvent, connectionOf, userEvent } from '../../../support/handler.events.js';
import { handlersApp, textOf, type HandlersApp } from '../../../support/handlers.app.js';

describe('results of event handlers', () => {
  let started: HandlersApp | undefined;

  afterEach(() => started?.app.close());

  /** A hub whose handlers of `connect` and of user event `say` return what is made. */
  async function start(make: (connection: HubConnection) => unknown): Promise<HandlersApp['chat']> {
    @Hub('chat')
    class ChatHub {
      @OnConnect() in(@Connection() connection: HubConnection): unknown {
        return make(connection);
      }
      @OnUserEvent('say') say(@Connection() connection: HubConnection): unknown {
        return make(connection);
      }
    }
    started = await handlersApp({ providers: [ChatHub] });
    return started.chat;
  }

  describe('of a user event', () => {
    it.each<[string, () => unknown, readonly string[]]>([
      ['nothing', () => undefined, []],
      ['a value', () => ({ a: 1 }), ['{"a":1}']],
      ['a promise', () => Promise.resolve('later'), ['later']],
      ['an Observable', () => of('a', 'b', undefined, 'c'), ['a', 'b', 'c']],
      ['a slow Observable', () => interval(1).pipe(take(3), map(String)), ['0', '1', '2']],
      ['an empty Observable', () => EMPTY, []],
      ['an async iterable', () => series('a', 'b'), ['a', 'b']],
    ])(
      '%s: each emission is a message, or the last where there is room for one',
      async (_, make, expected) => {
        const chat = await start(make);
        const sent: EventReply[] = [];
        const event = userEvent('say', { reply: (reply) => sent.push(reply) });
        const rest = textOf(await chat.userEvent(event, callOf()));
        expect([...sent.map(({ payload }) => payload.bytes.toString()), ...rest]).toEqual(expected);
        expect(textOf(await chat.userEvent(userEvent('say'), callOf()))).toEqual(
          expected.slice(-1),
        );
      },
    );

    it('sends an emission when it comes, not at the end', async () => {
      const source = new Subject<string>();
      const chat = await start(() => source);
      const first = new Promise<EventReply>((resolve) => {
        const event = userEvent('say', { reply: resolve });
        void chat.userEvent(event, callOf()).catch(() => undefined);
      });
      while (!source.observed) await new Promise((resolve) => setImmediate(resolve));
      source.next('now');
      expect((await first).payload.bytes.toString()).toBe('now');
      source.complete();
    });

    it('sends each emission as it says', async () => {
      const chat = await start(() =>
        of(new UserEventReply('b', { metadata: { n: '1' } }), Buffer.from('b')),
      );
      const sent: EventReply[] = [];
      await chat.userEvent(userEvent('say', { reply: (reply) => sent.push(reply) }), callOf());
      expect(sent).toEqual([
        { payload: { dataType: 'text', bytes: Buffer.from('b') }, metadata: new Map([['n', '1']]) },
        { payload: { dataType: 'binary', bytes: Buffer.from('b') } },
      ]);
    });

    it.each<[string, () => unknown]>([
      ['a value', () => 1n],
      ['an emission', () => of(1n)],
    ])('fails for %s that cannot be sent, naming the handler', async (_, make) => {
      const chat = await start(make);
      const event = userEvent('say', { reply: () => undefined });
      await expect(chat.userEvent(event, callOf())).rejects.toThrow(
        'ChatHub.say returned what cannot be sent',
      );
    });

    it('F10: stops when the client has gone', async () => {
      let emissions = 0;
      const source = new Subject<string>();
      const chat = await start(() => source);
      const aborter = new AbortController();
      const event = userEvent('say', { reply: () => (emissions += 1) });
      const outcome = chat.userEvent(event, callOf(aborter.signal));
      while (!source.observed) await new Promise((resolve) => setImmediate(resolve));
      aborter.abort(new Error('gone'));
      await expect(outcome).rejects.toThrow('gone');
      expect(source.observed).toBe(false);
      source.next('late');
      expect(emissions).toBe(0);
    });

    it.each<[string, () => unknown]>([
      ['a promise', () => new Promise(() => undefined)],
      ['an Observable', () => NEVER],
    ])('F8: waits for %s no longer than the signal lets it', async (_, make) => {
      const chat = await start(make);
      const aborter = new AbortController();
      const outcome = chat.userEvent(userEvent('say'), callOf(aborter.signal));
      aborter.abort(new Error('late'));
      await expect(outcome).rejects.toThrow('late');
    });

    it('does not begin when nobody waits any more', async () => {
      let calls = 0;
      const chat = await start(() => (calls += 1));
      const call = callOf(AbortSignal.abort(new Error('gone')));
      await expect(chat.userEvent(userEvent('say'), call)).rejects.toThrow('gone');
      expect(calls).toBe(0);
    });
  });

  it('go to others too, with the decorators of hub services above or below', async () => {
    const sendToGroup = jest.fn(async () => {});
    const hubs = { resolve: () => ({ sendToGroup }) };
    @Hub('chat')
    class ChatHub {
      @OnUserEvent('below') @SendToGroup('lobby') below(@EventData() text: string): string {
        return `below ${text}`;
      }
      @SendToGroup('lobby') @OnUserEvent('above') above(@EventData() text: string): string {
        return `above ${text}`;
      }
    }
    started = await handlersApp({
      providers: [ChatHub, { provide: HubRegistry, useValue: hubs }],
    });
    for (const name of ['below', 'above']) {
      const outcome = await started.chat.userEvent(userEvent(name), callOf());
      expect(textOf(outcome)).toEqual([`${name} hi`]);
      expect(sendToGroup).toHaveBeenLastCalledWith('lobby', `${name} hi`, expect.anything());
    }
  });

  describe('of connect', () => {
    it.each<[string, () => unknown, object]>([
      ['nothing', () => undefined, { accepted: true }],
      ['true', () => true, { accepted: true }],
      ['false', () => false, { accepted: false, status: 401 }],
      ['a promise of false', () => Promise.resolve(false), { accepted: false, status: 401 }],
      ['a promise', () => Promise.resolve({ groups: ['a'] }), { accepted: true, groups: ['a'] }],
      ['the last of a stream', () => of(1, { roles: [] }), { accepted: true, roles: [] }],
    ])('%s', async (_, make, answer) => {
      const chat = await start(make);
      await expect(chat.connect(connectEvent(), callOf())).resolves.toEqual(answer);
    });

    it('fails for an answer that is none, naming the handler', async () => {
      const chat = await start(() => ({ groups: [' '] }));
      await expect(chat.connect(connectEvent(), callOf())).rejects.toThrow(
        'ChatHub.in returned a bad answer',
      );
    });
  });

  describe('with state', () => {
    const state = encodeState({ a: 1 });

    it('R12: go with it', async () => {
      const chat = await start((connection) => {
        connection.setState('a', 1);
        return { userId: 'bo' };
      });
      await expect(chat.connect(connectEvent(), callOf())).resolves.toEqual({
        accepted: true,
        userId: 'bo',
        state: 'eyJhIjoxfQ==',
      });
    });

    it('R14: merge what was there', async () => {
      const chat = await start((connection) => connection.setState('b', [1, 2]));
      const event = userEvent('say', { connection: connectionOf({ state }) });
      await expect(chat.userEvent(event, callOf())).resolves.toEqual({
        handled: true,
        replies: [],
        state: 'eyJhIjoxLCJiIjpbMSwyXX0=',
      });
    });

    it('R13, U21: of a failure change nothing', async () => {
      const chat = await start((connection) => {
        connection.setState('b', 1);
        return false;
      });
      await expect(chat.connect(connectEvent(), callOf())).resolves.not.toHaveProperty('state');
    });

    it('set during a stream go with its end', async () => {
      const chat = await start((connection) =>
        of('x').pipe(
          map((value) => {
            connection.setState('b', value);
            return value;
          }),
        ),
      );
      await expect(chat.userEvent(userEvent('say'), callOf())).resolves.toMatchObject({
        state: encodeState({ b: 'x' }),
      });
    });

    it('that is too large fails', async () => {
      const chat = await start((connection) => connection.setState('b', 'x'.repeat(8192)));
      await expect(chat.connect(connectEvent(), callOf())).rejects.toThrow(RangeError);
      await expect(chat.userEvent(userEvent('say'), callOf())).rejects.toThrow(RangeError);
    });
  });

  it('of notifications do not count, and each kind reaches its handler', async () => {
    const calls: unknown[] = [];
    @Hub('chat')
    class ChatHub {
      @OnConnected() came(@EventData() data: unknown): unknown {
        return of(calls.push(['connected', data]));
      }
      @OnDisconnected() went(@EventData('reason') reason: string): void {
        calls.push(['disconnected', reason]);
      }
      @OnGroupJoined() joined(@EventData('group') group: string): void {
        calls.push(['joined', group]);
      }
      @OnGroupLeft() left(@EventData('group') group: string): void {
        calls.push(['left', group]);
      }
    }
    started = await handlersApp({ providers: [ChatHub] });
    const { chat } = started;
    const event = { connection: connectionOf(), id: 1 };
    await chat.notify({ name: 'connected', event }, callOf());
    await chat.notify({ name: 'joined', event: { ...event, group: 'g' } }, callOf());
    await chat.notify({ name: 'left', event: { ...event, group: 'g' } }, callOf());
    await chat.notify({ name: 'disconnected', event: { ...event, reason: 'bye' } }, callOf());
    expect(calls).toEqual([
      ['connected', {}],
      ['joined', 'g'],
      ['left', 'g'],
      ['disconnected', 'bye'],
    ]);
  });
});

async function* series(...values: unknown[]): AsyncGenerator {
  for (const value of values) yield await Promise.resolve(value);
}
