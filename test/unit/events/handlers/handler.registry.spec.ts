import { Controller, Injectable, Module, Scope, UseGuards, type Provider } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { WebPubSubConfigurationError } from '../../../../lib/errors/configuration.error.js';
import { Hub } from '../../../../lib/events/handlers/decorators/hub.decorator.js';
import {
  OnConnect,
  OnConnected,
  OnDisconnected,
  OnGroupJoined,
  OnGroupLeft,
  OnMessage,
  OnUserEvent,
} from '../../../../lib/events/handlers/decorators/event.decorators.js';
import { callOf, userEvent } from '../../../support/handler.events.js';
import { handlersApp, type HandlersApp } from '../../../support/handlers.app.js';

describe('HandlerRegistry', () => {
  const apps: INestApplication[] = [];

  async function start(...args: Parameters<typeof handlersApp>): Promise<HandlersApp> {
    const started = await handlersApp(...args);
    apps.push(started.app);
    return started;
  }

  async function problemsOf(
    providers: Provider[],
    known?: readonly string[],
    imports: NonNullable<Parameters<typeof handlersApp>[0]['imports']> = [],
  ) {
    const error: unknown = await handlersApp({ providers, imports }, { known }).then(
      ({ app }) => {
        apps.push(app);
        return undefined;
      },
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(WebPubSubConfigurationError);
    return (error as WebPubSubConfigurationError).problems;
  }

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });

  describe('what it finds', () => {
    @Hub('Chat')
    class ChatHub {
      @OnConnect() in(): void {}
      @OnUserEvent('say, shout') say(): string {
        return 'said';
      }
    }

    @Hub('chat')
    class Frames {
      @OnMessage() frame(): string {
        return 'frame';
      }
    }

    @Hub('ops')
    @Controller('ops')
    class Ops {
      @OnUserEvent('*') any(): string {
        return 'any';
      }
      @OnUserEvent('known') known(): string {
        return 'known';
      }
      @OnConnected() @OnDisconnected() coming(): void {}
      @OnGroupJoined() @OnGroupLeft() moving(): void {}
    }

    it('has one handler for each hub, whatever the letter case and the number of classes', async () => {
      const { registry } = await start({ providers: [ChatHub, Frames], controllers: [Ops] });
      expect(registry.hubs).toEqual(['chat', 'ops']);
      expect(registry.handlerOf('chat')?.name).toBe('handlers of ChatHub, Frames');
      expect(registry.handlerOf('none')).toBeUndefined();
    });

    it.each([
      ['chat', 'user', 'say', true],
      ['chat', 'user', 'SHOUT', true],
      ['chat', 'user', 'message', true],
      ['chat', 'user', 'whisper', false],
      ['chat', 'user', 'connect', false],
      ['chat', 'system', 'connect', true],
      ['chat', 'system', 'connected', false],
      ['chat', 'group', 'joined', false],
      ['ops', 'user', 'whatever', true],
      ['ops', 'system', 'connect', false],
      ['ops', 'system', 'disconnected', true],
      ['ops', 'group', 'left', true],
    ] as const)('of hub %s handles %s event %s: %s', async (hub, kind, name, expected) => {
      const { registry } = await start({ providers: [ChatHub, Frames], controllers: [Ops] });
      const key = { kind, name, ...(kind === 'group' && { group: 'g' }) };
      expect(registry.handlerOf(hub)?.handles(key as never)).toBe(expected);
    });

    it.each([
      ['known', 'known'],
      ['KNOWN', 'known'],
      ['other', 'any'],
    ])('gives %s to the handler that names it before the one of * (%s)', async (event, reply) => {
      const { registry } = await start({ controllers: [Ops] });
      const outcome = await registry.handlerOf('ops')?.userEvent(userEvent(event), callOf());
      expect(outcome).toMatchObject({
        handled: true,
        replies: [{ payload: { dataType: 'text' } }],
      });
      expect(outcome?.handled && outcome.replies[0]?.payload.bytes.toString()).toBe(reply);
    });

    it('finds inherited methods', async () => {
      class Base {
        @OnUserEvent('say') say(): string {
          return 'base';
        }
      }
      @Hub('chat')
      class Derived extends Base {}
      const { chat } = await start({ providers: [Derived] });
      expect(chat.handles({ kind: 'user', name: 'say' })).toBe(true);
    });

    it('takes an instance that has more tokens once', async () => {
      const { chat } = await start({
        providers: [
          { provide: 'FIRST', useFactory: (hub: ChatHub) => hub, inject: [ChatHub] },
          ChatHub,
          { provide: 'SECOND', useExisting: ChatHub },
        ],
      });
      expect(chat.handles({ kind: 'user', name: 'say' })).toBe(true);
    });

    it('takes a class whose instance a factory makes', async () => {
      const { chat } = await start({
        providers: [{ provide: ChatHub, useFactory: () => new ChatHub() }],
      });
      expect(chat.handles({ kind: 'user', name: 'say' })).toBe(true);
    });

    it('takes an event that one method names twice', async () => {
      @Hub('chat')
      class Twice {
        @OnMessage() @OnUserEvent('message, MESSAGE') frame(): void {}
      }
      const { chat } = await start({ providers: [Twice] });
      expect(chat.handles({ kind: 'user', name: 'message' })).toBe(true);
    });

    it('leaves the scope to another decorator, and takes it as its own option', () => {
      @Hub('chat')
      @Injectable({ scope: Scope.REQUEST })
      class First {}
      @Hub('chat', { scope: Scope.REQUEST })
      class Second {}
      const scopes = [First, Second].map((type) => Reflect.getMetadata('scope:options', type));
      expect(scopes).toEqual([{ scope: Scope.REQUEST }, { scope: Scope.REQUEST }]);
    });
  });

  describe('what it refuses at start', () => {
    it('a second handler of an event, naming both places', async () => {
      @Hub('chat')
      class First {
        @OnConnect() in(): void {}
        @OnUserEvent('say') say(): void {}
        @OnUserEvent('*') all(): void {}
      }
      @Hub('CHAT')
      class Second {
        @OnConnect() enter(): void {}
        @OnUserEvent('shout,SAY') speak(): void {}
        @OnUserEvent('*') rest(): void {}
      }
      const problems = await problemsOf([First, Second]);
      expect(problems.map(({ path, got }) => [path, got])).toEqual([
        ['First.in and Second.enter', 'two handlers of @OnConnect of hub chat'],
        ['First.say and Second.speak', 'two handlers of the user event SAY of hub chat'],
        ['First.all and Second.rest', 'two handlers of the user event * of hub chat'],
      ]);
    });

    it('a frame handler beside one of the user event message', async () => {
      @Hub('chat')
      class ChatHub {
        @OnMessage() frame(): void {}
        @OnUserEvent('Message') event(): void {}
      }
      const [problem] = await problemsOf([ChatHub]);
      expect(problem?.path).toBe('ChatHub.frame and ChatHub.event');
    });

    it('a class that two modules make an instance of, naming both', async () => {
      @Hub('chat')
      class ChatHub {
        @OnConnect() in(): void {}
      }
      @Module({ providers: [ChatHub] })
      class FirstModule {}
      @Module({ providers: [ChatHub] })
      class SecondModule {}
      const [problem] = await problemsOf([], [], [FirstModule, SecondModule]);
      expect(problem?.path).toBe('ChatHub.in (of FirstModule) and ChatHub.in (of SecondModule)');
      expect(problem?.fix).toMatch(/Provide ChatHub in one module/);
    });

    it('a hub that is not configured', async () => {
      @Hub('chta')
      class ChatHub {
        @OnConnect() in(): void {}
        @OnMessage() frame(): void {}
      }
      await expect(problemsOf([ChatHub], ['chat', 'ops'])).resolves.toEqual([
        {
          path: 'ChatHub.in, ChatHub.frame',
          got: "@Hub('chta'), a hub that is not configured",
          expected: 'one of chat, ops',
          fix: "Correct the name, or add 'chta' to the option `hubs` of WebPubSubModule.",
        },
      ]);
    });

    it.each([
      ['9chat', "@Hub('9chat')"],
      ['', "@Hub('')"],
      [undefined, '@Hub without a name'],
    ])('the hub name %p', async (name, got) => {
      @Hub(name as string)
      class ChatHub {
        @OnConnect() in(): void {}
      }
      const [problem] = await problemsOf([ChatHub]);
      expect(problem).toMatchObject({ path: 'ChatHub', got });
    });

    it.each([
      ['room.*', /wildcard inside a name/],
      ['', /Name the event, or take \*/],
      [' , ', /Name the event, or take \*/],
      ['9x', /'9x' is no event name/],
      ['a b', /'a b' is no event name/],
      [`a${'b'.repeat(128)}`, /is no event name/],
      [undefined, /Name the event/],
    ])('the event name or pattern %p', async (pattern, fix) => {
      @Hub('chat')
      class ChatHub {
        @OnUserEvent(pattern as string) say(): void {}
      }
      const [problem] = await problemsOf([ChatHub]);
      expect(problem?.path).toBe('ChatHub.say');
      expect(problem?.fix).toMatch(fix);
    });

    it('decorators in a class without @Hub', async () => {
      class Forgotten {
        @OnConnect() in(): void {}
        @OnUserEvent('say') say(): void {}
      }
      const [problem] = await problemsOf([Forgotten]);
      expect(problem).toMatchObject({
        path: 'Forgotten.in, Forgotten.say',
        got: "@OnConnect, @OnUserEvent('say') in a class without @Hub",
      });
    });

    it('guards that Nest would leave out in silence', async () => {
      class Guard {
        canActivate(): boolean {
          return false;
        }
      }
      @Hub('chat')
      class ChatHub {
        @UseGuards(Guard) @OnConnect() in(): void {}
      }
      const [problem] = await problemsOf([{ provide: ChatHub, useFactory: () => new ChatHub() }]);
      expect(problem).toMatchObject({
        path: 'ChatHub.in',
        got: 'Guard, which Nest has made no instance of',
      });
    });

    it('a class under another token, which has no global request-scoped guards in Nest 11', async () => {
      @Hub('chat')
      class ChatHub {
        @OnConnect() in(): void {}
      }
      const [problem] = await problemsOf([{ provide: 'HUB', useClass: ChatHub }]);
      expect(problem).toMatchObject({ path: 'ChatHub', got: 'a provider with the token HUB' });
    });

    it('everything at once', async () => {
      @Hub('9')
      class Bad {
        @OnUserEvent('a*') say(): void {}
      }
      class Forgotten {
        @OnConnect() in(): void {}
      }
      await expect(problemsOf([Bad, Forgotten])).resolves.toHaveLength(3);
    });
  });

  it.each([OnConnect, OnConnected, OnDisconnected, OnMessage, OnGroupJoined, OnGroupLeft])(
    'refuses %p on a static method when the class is declared',
    (decorator) => {
      const declare = (): void => {
        class Wrong {
          static method(): void {}
        }
        decorator()(Wrong, 'method', Object.getOwnPropertyDescriptor(Wrong, 'method')!);
      };
      expect(declare).toThrow(/belongs on a method of an instance, not on method/);
    },
  );
});
