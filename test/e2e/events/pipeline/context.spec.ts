import {
  Catch,
  Injectable,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import {
  OnConnect,
  OnUserEvent,
} from '../../../../lib/events/handlers/decorators/event.decorators.js';
import { Hub } from '../../../../lib/events/handlers/decorators/hub.decorator.js';
import { HubConnection } from '../../../../lib/events/handlers/hub-connection.js';
import { HubUserEvent } from '../../../../lib/events/handlers/hub-event.js';
import {
  WEB_PUBSUB_CONTEXT,
  WebPubSubExecutionContext,
} from '../../../../lib/events/handlers/pipeline/execution-context.js';
import { callOf, connectEvent, userEvent } from '../../../support/handler.events.js';
import { handlersApp, textOf, type HandlersApp } from '../../../support/handlers.app.js';

let started: HandlersApp | undefined;

async function start(...args: Parameters<typeof handlersApp>): Promise<HandlersApp> {
  started = await handlersApp(...args);
  return started;
}

afterEach(() => started?.app.close());

describe('the context of an event', () => {
  interface Seen {
    readonly type: string;
    readonly context: WebPubSubExecutionContext;
    readonly http: ReturnType<ExecutionContext['switchToHttp']>;
    readonly ws: ReturnType<ExecutionContext['switchToWs']>;
    readonly rpc: ReturnType<ExecutionContext['switchToRpc']>;
  }

  const seen: Seen[] = [];

  @Injectable()
  class Looking implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      seen.push({
        type: context.getType(),
        context: WebPubSubExecutionContext.from(context),
        http: context.switchToHttp(),
        ws: context.switchToWs(),
        rpc: context.switchToRpc(),
      });
      return true;
    }
  }

  @Hub('chat')
  class ChatHub {
    @OnConnect() in(): void {}
    @OnUserEvent('say') say(): void {}
    @OnUserEvent('raw') raw(...args: unknown[]): string {
      return args.map((arg) => (arg as object).constructor.name).join();
    }
  }

  const providers = [ChatHub, { provide: APP_GUARD, useClass: Looking }];

  beforeEach(() => seen.splice(0));

  it('has accessors of its own', async () => {
    const { chat } = await start({ providers });
    await chat.userEvent(userEvent('SAY'), callOf());
    const [{ type, context }] = seen as [Seen];
    expect(type).toBe(WEB_PUBSUB_CONTEXT);
    expect(context.getConnection()).toBeInstanceOf(HubConnection);
    expect(context.getEvent()).toBeInstanceOf(HubUserEvent);
    expect([context.getData(), context.getHub(), context.getEventName()]).toEqual([
      'hi',
      'chat',
      'SAY',
    ]);
    expect(context.getClass()).toBe(ChatHub);
    expect(context.getHandler().name).toBe('say');
  });

  it('shows guards of other transports what they look for', async () => {
    const { chat } = await start({ providers });
    await chat.connect(connectEvent(), callOf());
    await chat.userEvent(userEvent('say'), callOf());
    const claims: unknown = expect.anything();
    const expected = [
      ['connect', expect.objectContaining({ claims })],
      ['say', 'hi'],
    ];
    for (const [index, [name, data]] of expected.entries()) {
      const { context, http, ws, rpc } = seen[index] as Seen;
      const connection = context.getConnection();
      expect(http.getRequest()).toBe(connection);
      expect(http.getResponse()).toBe(context.getEvent().response);
      expect(ws.getClient()).toBe(connection);
      expect(ws.getData()).toEqual(data);
      expect(ws.getPattern()).toBe(name);
      expect(rpc.getData()).toEqual(data);
      expect(context.getData()).toEqual(data);
    }
  });

  it('is refused for an HTTP request', () => {
    const http = { getType: () => 'http' } as unknown as ExecutionContext;
    expect(() => WebPubSubExecutionContext.from(http)).toThrow(/context of type 'http'/);
  });

  it('is the arguments of a method without parameter decorators', async () => {
    const { chat } = await start({ providers });
    expect(textOf(await chat.userEvent(userEvent('raw'), callOf()))).toEqual([
      'HubConnection,String,HubUserEvent,String',
    ]);
  });

  it('is there in exception filters too', async () => {
    const hosts: ArgumentsHost[] = [];
    @Catch()
    class Watching implements ExceptionFilter {
      catch(_: unknown, host: ArgumentsHost): string {
        hosts.push(host);
        return 'caught';
      }
    }
    @Hub('chat')
    class Failing {
      @OnUserEvent('say') say(): void {
        throw new Error('bug');
      }
    }
    const { chat } = await start({
      providers: [Failing, { provide: APP_FILTER, useClass: Watching }],
    });
    expect(textOf(await chat.userEvent(userEvent('say'), callOf()))).toEqual(['caught']);
    const context = WebPubSubExecutionContext.from(hosts[0] as ArgumentsHost);
    expect(context.getType()).toBe(WEB_PUBSUB_CONTEXT);
    expect([context.getData(), context.switchToWs().getData(), context.getEventName()]).toEqual([
      'hi',
      'hi',
      'say',
    ]);
  });
});
