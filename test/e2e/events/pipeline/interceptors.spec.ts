import {
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import {
  catchError,
  endWith,
  finalize,
  map,
  mergeMap,
  NEVER,
  of,
  tap,
  type Observable,
} from 'rxjs';
import type { EventReply } from '../../../../lib/engine/ports/event-sink.interface.js';
import {
  OnConnect,
  OnConnected,
  OnUserEvent,
} from '../../../../lib/events/handlers/decorators/event.decorators.js';
import { Hub } from '../../../../lib/events/handlers/decorators/hub.decorator.js';
import type { EventResponse } from '../../../../lib/events/handlers/event-response.js';
import { callOf, connectEvent, connectionOf, userEvent } from '../../../support/handler.events.js';
import { handlersApp, textOf, type HandlersApp } from '../../../support/handlers.app.js';

@Hub('chat')
class ChatHub {
  calls = 0;

  @OnConnect() in(): object {
    return { userId: 'bo' };
  }
  @OnConnected() came(): void {
    this.calls += 1;
  }
  @OnUserEvent('say') say(): string {
    return 'said';
  }
  @OnUserEvent('nothing') nothing(): void {}
  @OnUserEvent('series') async *series(): AsyncGenerator {
    yield await Promise.resolve('a');
    yield 'b';
  }
  @OnUserEvent('fail') fail(): void {
    throw new Error('bug');
  }
}

/** What one kind of interceptor does, made of a function. */
function interceptor(
  intercept: (results: Observable<unknown>, context: ExecutionContext) => Observable<unknown>,
): new () => NestInterceptor {
  @Injectable()
  class Made implements NestInterceptor {
    intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
      return intercept(next.handle(), context);
    }
  }
  return Made;
}

describe('interceptors of event handlers', () => {
  let started: HandlersApp | undefined;

  afterEach(() => started?.app.close());

  async function start(useClass: new () => NestInterceptor): Promise<HandlersApp> {
    started = await handlersApp({
      providers: [ChatHub, { provide: APP_INTERCEPTOR, useClass }],
    });
    return started;
  }

  /** What the client gets, in order: at once, and with the outcome. */
  async function replies({ chat }: HandlersApp, event: string): Promise<readonly string[]> {
    const sent: EventReply[] = [];
    const outcome = await chat.userEvent(
      userEvent(event, { reply: (reply) => sent.push(reply) }),
      callOf(),
    );
    return [...sent.map(({ payload }) => payload.bytes.toString()), ...textOf(outcome)];
  }

  it.each([
    ['say', ['said']],
    ['nothing', []],
    ['series', ['a', 'b']],
  ])('change nothing for the client when they change nothing: %s', async (event, expected) => {
    const app = await start(interceptor((results) => results.pipe(tap())));
    await expect(replies(app, event)).resolves.toEqual(expected);
    await app.app.close();
    started = await handlersApp({ providers: [ChatHub] });
    await expect(replies(started, event)).resolves.toEqual(expected);
  });

  it('map what a handler returns', async () => {
    const app = await start(interceptor((results) => results.pipe(map((value) => ({ value })))));
    await expect(replies(app, 'say')).resolves.toEqual(['{"value":"said"}']);
  });

  it('add messages', async () => {
    const app = await start(interceptor((results) => results.pipe(endWith('bye'))));
    await expect(replies(app, 'say')).resolves.toEqual(['said', 'bye']);
  });

  it('change the answer to connect', async () => {
    const { chat } = await start(
      interceptor((results) =>
        results.pipe(map((answer) => ({ ...(answer as object), roles: ['r'] }))),
      ),
    );
    await expect(chat.connect(connectEvent(), callOf())).resolves.toEqual({
      accepted: true,
      userId: 'bo',
      roles: ['r'],
    });
  });

  it('keep a handler from running', async () => {
    const { app, chat } = await start(interceptor(() => of(undefined)));
    const event = { connection: connectionOf(), id: 1 };
    await chat.notify({ name: 'connected', event }, callOf());
    expect(app.get(ChatHub).calls).toBe(0);
  });

  it('turn an error into a reply', async () => {
    const app = await start(interceptor((results) => results.pipe(catchError(() => of('sorry')))));
    await expect(replies(app, 'fail')).resolves.toEqual(['sorry']);
  });

  it('find a response to set headers on, on every event', async () => {
    const app = await start(
      interceptor((results, context) => {
        const response = context.switchToHttp().getResponse<EventResponse>();
        response.setHeader('X-Request-Id', '1').status(201);
        return results.pipe(tap(() => expect(response.getHeader('x-request-id')).toBe('1')));
      }),
    );
    await expect(replies(app, 'say')).resolves.toEqual(['said']);
    await expect(app.chat.connect(connectEvent(), callOf())).resolves.toMatchObject({
      accepted: true,
    });
  });

  it('are told when the client has gone', async () => {
    let isOver = false;
    const { chat } = await start(
      interceptor((results) =>
        results.pipe(
          mergeMap(() => NEVER),
          finalize(() => (isOver = true)),
        ),
      ),
    );
    const aborter = new AbortController();
    const outcome = chat.userEvent(userEvent('say'), callOf(aborter.signal));
    await new Promise((resolve) => setImmediate(resolve));
    aborter.abort(new Error('gone'));
    await expect(outcome).rejects.toThrow('gone');
    expect(isOver).toBe(true);
  });

  it('of a class and of a method run as on a controller, the outer one last', async () => {
    const add = (text: string) =>
      interceptor((results) => results.pipe(map((value) => `${String(value)} ${text}`)));
    @Hub('chat')
    @UseInterceptors(add('class'))
    class Marked {
      @OnUserEvent('say')
      @UseInterceptors(add('method'))
      say(): string {
        return 'said';
      }
    }
    started = await handlersApp({
      providers: [Marked, { provide: APP_INTERCEPTOR, useClass: add('global') }],
    });
    await expect(replies(started, 'say')).resolves.toEqual(['said method class global']);
  });
});
