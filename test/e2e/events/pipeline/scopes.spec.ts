import {
  Controller,
  Inject,
  Injectable,
  Module,
  Scope,
  UseGuards,
  type CanActivate,
  type NestInterceptor,
} from '@nestjs/common';
import {
  APP_GUARD,
  APP_INTERCEPTOR,
  ContextIdFactory,
  ModuleRef,
  REQUEST,
  type ContextId,
  type ContextIdStrategy,
  type HostComponentInfo,
} from '@nestjs/core';
import {
  OnConnect,
  OnConnected,
  OnUserEvent,
} from '../../../../lib/events/handlers/decorators/event.decorators.js';
import { Hub } from '../../../../lib/events/handlers/decorators/hub.decorator.js';
import {
  ClientEvent,
  EventData,
} from '../../../../lib/events/handlers/decorators/parameter.decorators.js';
import { HubEvent, HubUserEvent } from '../../../../lib/events/handlers/hub-event.js';
import { callOf, connectEvent, connectionOf, userEvent } from '../../../support/handler.events.js';
import { handlersApp, textOf, type HandlersApp } from '../../../support/handlers.app.js';

@Injectable({ scope: Scope.REQUEST })
class Visit {
  constructor(@Inject(REQUEST) readonly event: HubEvent) {}
}

@Module({ providers: [Visit], exports: [Visit] })
class VisitModule {}

describe('scopes of event handlers', () => {
  let started: HandlersApp | undefined;

  afterEach(() => started?.app.close());

  it('REQUEST: each event has an instance, and REQUEST is the event', async () => {
    const instances = new Set<unknown>();
    @Hub('chat')
    class ChatHub {
      constructor(
        private readonly visit: Visit,
        private readonly moduleRef: ModuleRef,
      ) {}
      @OnConnect() in(@ClientEvent() event: HubEvent): object {
        return { userId: String(this.visit.event === event) };
      }
      @OnConnected() came(): void {
        instances.add(this);
      }
      @OnUserEvent('say') async say(@EventData() text: string, @ClientEvent() event: HubUserEvent) {
        instances.add(this);
        const contextId = ContextIdFactory.getByRequest(event);
        const visit = await this.moduleRef.resolve(Visit, contextId, { strict: false });
        return [text, this.visit.event === event, visit === this.visit];
      }
    }
    started = await handlersApp({ imports: [VisitModule], providers: [ChatHub] });
    const { chat } = started;
    await expect(chat.connect(connectEvent(), callOf())).resolves.toMatchObject({ userId: 'true' });
    await chat.notify(
      { name: 'connected', event: { connection: connectionOf(), id: 1 } },
      callOf(),
    );
    for (const _ of [1, 2]) {
      expect(textOf(await chat.userEvent(userEvent('say'), callOf()))).toEqual([
        '["hi",true,true]',
      ]);
    }
    expect(instances.size).toBe(3);
  });

  it('REQUEST: guards and interceptors have it too, global ones of static handlers included', async () => {
    const events: unknown[] = [];
    @Injectable({ scope: Scope.REQUEST })
    class VisitGuard implements CanActivate {
      constructor(private readonly visit: Visit) {}
      canActivate(): boolean {
        events.push(this.visit.event.name);
        return this.visit.event.name !== 'refused';
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    class VisitInterceptor implements NestInterceptor {
      constructor(private readonly visit: Visit) {}
      intercept(...[, next]: Parameters<NestInterceptor['intercept']>) {
        events.push(this.visit.event.id);
        return next.handle();
      }
    }
    @Hub('chat')
    class ChatHub {
      @OnUserEvent('say') say(): void {}
      @OnUserEvent('refused') refused(): void {}
    }
    started = await handlersApp({
      imports: [VisitModule],
      providers: [
        ChatHub,
        { provide: APP_GUARD, useClass: VisitGuard },
        { provide: APP_INTERCEPTOR, useClass: VisitInterceptor },
      ],
    });
    await started.chat.userEvent(userEvent('say'), callOf());
    await expect(started.chat.userEvent(userEvent('refused'), callOf())).resolves.toMatchObject({
      status: 403,
    });
    expect(events).toEqual(['say', 3, 'refused']);
  });

  it('REQUEST: a guard on a controller that is a hub', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class VisitGuard implements CanActivate {
      constructor(private readonly visit: Visit) {}
      canActivate(): boolean {
        return this.visit.event.data !== 'hi';
      }
    }
    @Hub('chat')
    @Controller('chat')
    @UseGuards(VisitGuard)
    class ChatHub {
      @OnUserEvent('say') say(): void {}
    }
    started = await handlersApp({ imports: [VisitModule], controllers: [ChatHub] });
    await expect(started.chat.userEvent(userEvent('say'), callOf())).resolves.toMatchObject({
      status: 403,
    });
  });

  it('REQUEST: a provider that cannot be made fails the event', async () => {
    @Hub('chat', { scope: Scope.REQUEST })
    class ChatHub {
      constructor() {
        throw new Error('no database');
      }
      @OnUserEvent('say') say(): void {}
    }
    started = await handlersApp({ providers: [ChatHub] });
    await expect(started.chat.userEvent(userEvent('say'), callOf())).rejects.toThrow('no database');
  });

  it('TRANSIENT: an instance that was made, with what it needs', async () => {
    @Hub('chat', { scope: Scope.TRANSIENT })
    class ChatHub {
      private readonly made = true;
      constructor(private readonly moduleRef: ModuleRef) {}
      @OnUserEvent('say') say(): unknown[] {
        return [this.made, this.moduleRef instanceof ModuleRef];
      }
    }
    started = await handlersApp({ providers: [ChatHub] });
    expect(textOf(await started.chat.userEvent(userEvent('say'), callOf()))).toEqual([
      '[true,true]',
    ]);
  });

  describe('durable providers', () => {
    class ByAgent implements ContextIdStrategy {
      readonly agents = new Map<string, ContextId>();
      attach(contextId: ContextId, request: HubEvent) {
        const agent = request.headers['user-agent'] ?? 'none';
        const parent = this.agents.get(agent) ?? ContextIdFactory.create();
        this.agents.set(agent, parent);
        return {
          resolve: ({ isTreeDurable }: HostComponentInfo) => (isTreeDurable ? parent : contextId),
          payload: { agent },
        };
      }
    }

    afterEach(() => ContextIdFactory.apply(undefined as unknown as ContextIdStrategy));

    it('live as long as the strategy says, by what the headers say', async () => {
      ContextIdFactory.apply(new ByAgent());
      const instances = new Set<unknown>();
      @Hub('chat', { scope: Scope.REQUEST, durable: true })
      class ChatHub {
        constructor(@Inject(REQUEST) private readonly payload: { readonly agent: string }) {}
        @OnConnect() in(): object {
          instances.add(this);
          return { userId: this.payload.agent };
        }
      }
      started = await handlersApp({ providers: [ChatHub] });
      for (const agent of ['a', 'b', 'a']) {
        const event = connectEvent({ headers: { 'user-agent': [agent] } });
        await expect(started.chat.connect(event, callOf())).resolves.toMatchObject({
          userId: agent,
        });
      }
      expect(instances.size).toBe(2);
    });
  });

  it('the same class in two applications of one process has two lives', async () => {
    @Hub('chat')
    class ChatHub {
      #count = 0;
      @OnUserEvent('say') say(): number {
        return (this.#count += 1);
      }
    }
    started = await handlersApp({ providers: [ChatHub] });
    const other = await handlersApp({
      providers: [
        ChatHub,
        { provide: APP_GUARD, useValue: { canActivate: () => false } satisfies CanActivate },
      ],
    });
    expect(textOf(await started.chat.userEvent(userEvent('say'), callOf()))).toEqual(['1']);
    await expect(other.chat.userEvent(userEvent('say'), callOf())).resolves.toMatchObject({
      status: 403,
    });
    expect(textOf(await started.chat.userEvent(userEvent('say'), callOf()))).toEqual(['2']);
    await other.app.close();
  });

  it('two classes of one name keep their parameters apart', async () => {
    const make = (hub: string, property: string) => {
      @Hub(hub)
      class Events {
        @OnUserEvent('say') say(@EventData(property) value: unknown): unknown {
          return value;
        }
      }
      return Events;
    };
    started = await handlersApp({ providers: [make('chat', 'a'), make('ops', 'b')] });
    const event = userEvent('say', {
      payload: { dataType: 'json', bytes: Buffer.from('{"a":"A","b":"B"}') },
    });
    const ops = started.registry.handlerOf('ops');
    expect(textOf(await started.chat.userEvent(event, callOf()))).toEqual(['A']);
    expect(ops && textOf(await ops.userEvent(event, callOf()))).toEqual(['B']);
  });
});
