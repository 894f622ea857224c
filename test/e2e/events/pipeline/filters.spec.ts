import {
  Catch,
  ConflictException,
  HttpException,
  Injectable,
  Logger,
  UseFilters,
  type ArgumentsHost,
  type ExceptionFilter,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { jest } from '@jest/globals';
import { of, throwError } from 'rxjs';
import {
  OnConnect,
  OnConnected,
  OnUserEvent,
} from '../../../../lib/events/handlers/decorators/event.decorators.js';
import { Hub } from '../../../../lib/events/handlers/decorators/hub.decorator.js';
import type { EventResponse } from '../../../../lib/events/handlers/event-response.js';
import { callOf, connectEvent, connectionOf, userEvent } from '../../../support/handler.events.js';
import { handlersApp, textOf, type HandlersApp } from '../../../support/handlers.app.js';

class QuotaError extends Error {}

@Hub('chat')
class ChatHub {
  @OnConnect() in(): void {
    throw new QuotaError('too many');
  }
  @OnConnected() came(): void {
    throw new QuotaError('too many');
  }
  @OnUserEvent('say') say(): void {
    throw new QuotaError('too many');
  }
  @OnUserEvent('stream') async *stream(): AsyncGenerator {
    yield await Promise.resolve('first');
    throw new QuotaError('too many');
  }
  @OnUserEvent('conflict') conflict(): void {
    throw new ConflictException('taken');
  }
}

/** What one kind of filter does, made of a function. */
function filter(
  handle: (error: unknown, host: ArgumentsHost) => unknown,
  ...types: Type[]
): Type<ExceptionFilter> {
  @Catch(...types)
  class Made implements ExceptionFilter {
    catch(error: unknown, host: ArgumentsHost): unknown {
      return handle(error, host);
    }
  }
  return Made;
}

const responseOf = (host: ArgumentsHost) => host.switchToHttp().getResponse<EventResponse>();

describe('exception filters of event handlers', () => {
  let started: HandlersApp | undefined;

  afterEach(async () => {
    jest.restoreAllMocks();
    await started?.app.close();
  });

  async function start(useClass?: Type<ExceptionFilter>): Promise<HandlersApp['chat']> {
    started = await handlersApp({
      providers: [ChatHub, ...(useClass ? [{ provide: APP_FILTER, useClass }] : [])],
    });
    return started.chat;
  }

  it('F13: without one, an error is a fault for the router to log, and Nest does not', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const chat = await start();
    await expect(chat.connect(connectEvent(), callOf())).rejects.toThrow(QuotaError);
    await expect(chat.userEvent(userEvent('say'), callOf())).rejects.toThrow(QuotaError);
    await expect(chat.userEvent(userEvent('conflict'), callOf())).resolves.toMatchObject({
      handled: false,
      status: 409,
    });
    const event = { connection: connectionOf(), id: 1 };
    await expect(chat.notify({ name: 'connected', event }, callOf())).rejects.toThrow(QuotaError);
    expect(logged).not.toHaveBeenCalled();
  });

  describe.each<[string, (response: EventResponse) => unknown]>([
    ['Express', (response) => response.status(429).json({ message: 'slow down' })],
    [
      'Fastify',
      (response) => response.code(429).header('retry-after', '1').send({ message: 'slow down' }),
    ],
  ])('that write a status as with %s', (_, write) => {
    it.each(['synchronous', 'asynchronous'])('refuse with that status: %s', async (kind) => {
      const chat = await start(
        filter((error, host) => {
          const answer = (): void => void write(responseOf(host));
          return kind === 'synchronous' ? answer() : (async () => answer())();
        }, QuotaError),
      );
      const refused = { status: 429, detail: 'slow down' };
      await expect(chat.connect(connectEvent(), callOf())).resolves.toEqual({
        accepted: false,
        ...refused,
      });
      await expect(chat.userEvent(userEvent('say'), callOf())).resolves.toEqual({
        handled: false,
        failure: 'BadRequest',
        ...refused,
      });
    });
  });

  it('that write a success give the answer', async () => {
    const chat = await start(
      filter((_, host) => void responseOf(host).status(200).json({ userId: 'bo' })),
    );
    await expect(chat.connect(connectEvent(), callOf())).resolves.toEqual({
      accepted: true,
      userId: 'bo',
    });
    expect(textOf(await chat.userEvent(userEvent('say'), callOf()))).toEqual(['{"userId":"bo"}']);
  });

  it.each<[string, () => unknown]>([
    ['a value', () => 'sorry'],
    ['a promise', () => Promise.resolve('sorry')],
    ['an Observable', () => of('sorry')],
  ])('that return %s give the reply', async (_, make) => {
    const chat = await start(filter(make));
    expect(textOf(await chat.userEvent(userEvent('say'), callOf()))).toEqual(['sorry']);
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['a promise of nothing', () => Promise.resolve()],
  ])('that return %s have only looked on: nobody is let in by them', async (_, make) => {
    const chat = await start(filter(make));
    await expect(chat.connect(connectEvent(), callOf())).rejects.toThrow(QuotaError);
    await expect(chat.userEvent(userEvent('say'), callOf())).rejects.toThrow(QuotaError);
  });

  it.each<[string, () => unknown]>([
    [
      'throw',
      () => {
        throw new HttpException('slow down', 429);
      },
    ],
    ['reject with', () => Promise.reject(new HttpException('slow down', 429))],
    ['return an Observable of', () => throwError(() => new HttpException('slow down', 429))],
  ])('that %s another exception refuse with it', async (_, make) => {
    const chat = await start(filter(make));
    await expect(chat.connect(connectEvent(), callOf())).resolves.toMatchObject({ status: 429 });
  });

  it('get the error of a stream, after what it has sent', async () => {
    const chat = await start(filter(() => 'sorry'));
    const sent: string[] = [];
    const event = userEvent('stream', {
      reply: ({ payload }) => sent.push(payload.bytes.toString()),
    });
    expect(textOf(await chat.userEvent(event, callOf()))).toEqual(['sorry']);
    expect(sent).toEqual(['first']);
  });

  it('are taken by type, the nearest first', async () => {
    const text = (value: string, ...types: Type[]) => filter(() => value, ...types);
    @Hub('chat')
    @UseFilters(text('class', QuotaError))
    class Marked extends ChatHub {
      @OnUserEvent('say')
      @UseFilters(text('method', QuotaError))
      override say(): void {
        super.say();
      }
      @OnUserEvent('other') other(): void {
        throw new QuotaError();
      }
    }
    started = await handlersApp({
      providers: [Marked, { provide: APP_FILTER, useClass: text('global') }],
    });
    const { chat } = started;
    const outcomes = ['say', 'other', 'conflict'].map(
      async (name) => await chat.userEvent(userEvent(name), callOf()),
    );
    expect((await Promise.all(outcomes)).flatMap(textOf)).toEqual(['method', 'class', 'global']);
  });

  it('do not run for a client that has gone', async () => {
    const handle = jest.fn(() => 'sorry');
    @Hub('chat')
    class Slow {
      @OnUserEvent('say') async say(): Promise<void> {
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error('late');
      }
    }
    started = await handlersApp({
      providers: [Slow, { provide: APP_FILTER, useClass: filter(handle) }],
    });
    const aborter = new AbortController();
    const outcome = started.chat.userEvent(userEvent('say'), callOf(aborter.signal));
    aborter.abort(new Error('gone'));
    await expect(outcome).rejects.toThrow('gone');
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(handle).not.toHaveBeenCalled();
  });

  describe.each(['express', 'fastify'] as const)(
    "that extend Nest's base filter on %s",
    (platform) => {
      @Catch()
      @Injectable()
      class AllExceptions extends BaseExceptionFilter {
        constructor({ httpAdapter }: HttpAdapterHost) {
          super(httpAdapter);
        }
      }

      beforeEach(async () => {
        jest.spyOn(Logger.prototype, 'error').mockReturnValue();
        started = await handlersApp(
          { providers: [ChatHub, { provide: APP_FILTER, useClass: AllExceptions }] },
          { ...(platform === 'fastify' && { adapter: new FastifyAdapter() }) },
        );
      });

      it('refuse with its status', async () => {
        const { chat } = started as HandlersApp;
        await expect(chat.connect(connectEvent(), callOf())).resolves.toMatchObject({
          status: 500,
        });
        await expect(chat.userEvent(userEvent('conflict'), callOf())).resolves.toEqual({
          handled: false,
          status: 409,
          detail: 'taken',
          failure: 'BadRequest',
        });
      });
    },
  );
});
