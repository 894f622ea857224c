import {
  Controller,
  ForbiddenException,
  Injectable,
  Module,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  OnConnect,
  OnConnected,
  OnUserEvent,
} from '../../../../lib/events/handlers/decorators/event.decorators.js';
import { Hub } from '../../../../lib/events/handlers/decorators/hub.decorator.js';
import type { EventResponse } from '../../../../lib/events/handlers/event-response.js';
import { callOf, connectEvent, connectionOf, userEvent } from '../../../support/handler.events.js';
import { handlersApp, textOf, type HandlersApp } from '../../../support/handlers.app.js';

let started: HandlersApp | undefined;

async function start(...args: Parameters<typeof handlersApp>): Promise<HandlersApp> {
  started = await handlersApp(...args);
  return started;
}

afterEach(() => started?.app.close());

describe('guards of event handlers', () => {
  @Injectable()
  class Door implements CanActivate {
    isOpen = true;
    canActivate(): boolean {
      return this.isOpen;
    }
  }

  @Module({ providers: [Door], exports: [Door] })
  class DoorModule {}

  /** Gets its door injected, which only an instance of Nest's does. */
  @Injectable()
  class DoorGuard implements CanActivate {
    constructor(private readonly door: Door) {}
    canActivate(): boolean {
      return this.door.canActivate();
    }
  }

  @Hub('chat')
  @UseGuards(DoorGuard)
  class ChatHub {
    calls: string[] = [];
    @OnConnect() in(): void {
      this.calls.push('connect');
    }
    @OnConnected() came(): void {
      this.calls.push('connected');
    }
    @OnUserEvent('say') say(): string {
      return 'said';
    }
  }

  @Hub('chat')
  class OpenHub {
    @OnConnect() in(): void {}
    @OnUserEvent('say') say(): string {
      return 'said';
    }
  }

  it('lets through what it allows', async () => {
    const { chat } = await start({ imports: [DoorModule], providers: [ChatHub] });
    await expect(chat.connect(connectEvent(), callOf())).resolves.toEqual({ accepted: true });
    expect(textOf(await chat.userEvent(userEvent('say'), callOf()))).toEqual(['said']);
  });

  it.each(['local', 'global', 'of the application object'])(
    'refuses connect, user events and notifications: %s',
    async (kind) => {
      const { app, chat } = await start(
        {
          imports: [DoorModule],
          providers: [
            kind === 'local' ? ChatHub : OpenHub,
            ...(kind === 'global' ? [{ provide: APP_GUARD, useClass: DoorGuard }] : []),
          ],
        },
        {
          configure: (application) => {
            if (kind.startsWith('of'))
              application.useGlobalGuards(new DoorGuard(application.get(Door)));
          },
        },
      );
      app.get(Door).isOpen = false;
      const refused = { status: 403, detail: 'Forbidden resource' };
      await expect(chat.connect(connectEvent(), callOf())).resolves.toEqual({
        accepted: false,
        ...refused,
      });
      await expect(chat.userEvent(userEvent('say'), callOf())).resolves.toEqual({
        handled: false,
        failure: 'Forbidden',
        ...refused,
      });
      if (kind !== 'local') return;
      const event = { connection: connectionOf(), id: 1 };
      await expect(chat.notify({ name: 'connected', event }, callOf())).rejects.toThrow(
        ForbiddenException,
      );
      expect(app.get(ChatHub).calls).toEqual([]);
    },
  );

  it('refuses the handshake with the status of what it throws', async () => {
    @Injectable()
    class Unauthorized implements CanActivate {
      canActivate(): Promise<boolean> {
        return Promise.reject(new UnauthorizedException('who?'));
      }
    }
    const { chat } = await start({
      providers: [OpenHub, { provide: APP_GUARD, useClass: Unauthorized }],
    });
    await expect(chat.connect(connectEvent(), callOf())).resolves.toEqual({
      accepted: false,
      status: 401,
      detail: 'who?',
    });
  });

  it('refuses with what it writes to the response, as with HTTP', async () => {
    @Injectable()
    class Writing implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        context.switchToHttp().getResponse<EventResponse>().status(429).json({ message: 'slow' });
        return false;
      }
    }
    const { chat } = await start({
      providers: [OpenHub, { provide: APP_GUARD, useClass: Writing }],
    });
    await expect(chat.connect(connectEvent(), callOf())).resolves.toMatchObject({ status: 429 });
    await expect(chat.userEvent(userEvent('say'), callOf())).resolves.toMatchObject({
      status: 429,
      detail: 'slow',
    });
  });

  it('makes guards with what the module of the class provides, on a controller too', async () => {
    @Hub('chat')
    @Controller('chat')
    @UseGuards(DoorGuard)
    class Guarded {
      @OnConnect() in(): void {}
    }
    @Module({ controllers: [Guarded], imports: [DoorModule] })
    class Feature {}
    const { app, chat } = await start({ imports: [Feature, DoorModule] });
    app.get(Door).isOpen = false;
    await expect(chat.connect(connectEvent(), callOf())).resolves.toMatchObject({ status: 403 });
  });
});
