import {
  Body,
  createParamDecorator,
  Headers,
  Injectable,
  Query,
  Req,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import {
  OnConnect,
  OnUserEvent,
} from '../../../../lib/events/handlers/decorators/event.decorators.js';
import { Hub } from '../../../../lib/events/handlers/decorators/hub.decorator.js';
import {
  Claims,
  ClientEvent,
  Connection,
  ConnectHeaders,
  ConnectQuery,
  EventData,
  State,
  UserId,
} from '../../../../lib/events/handlers/decorators/parameter.decorators.js';
import { type ConnectRequest } from '../../../../lib/events/handlers/hub-connection.js';
import { HubConnectEvent } from '../../../../lib/events/handlers/hub-event.js';
import { encodeState } from '../../../../lib/events/connection-state.js';
import { callOf, connectEvent, connectionOf, userEvent } from '../../../support/handler.events.js';
import { handlersApp, textOf, type HandlersApp } from '../../../support/handlers.app.js';

let started: HandlersApp | undefined;

async function start(...args: Parameters<typeof handlersApp>): Promise<HandlersApp> {
  started = await handlersApp(...args);
  return started;
}

afterEach(() => started?.app.close());

describe('parameters of handlers', () => {
  const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
    const request = context.switchToHttp().getRequest<{ user: unknown }>();
    return request.user;
  });

  @Injectable()
  class Authentication implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      const request = context.switchToHttp().getRequest<{ user: unknown }>();
      request.user = { name: 'Ana' };
      return true;
    }
  }

  @Hub('chat')
  @UseGuards(Authentication)
  class ChatHub {
    @OnConnect()
    in(
      @Connection() connection: ConnectRequest,
      @ClientEvent() event: HubConnectEvent,
      @EventData('subprotocols') subprotocols: string[],
      @UserId() userId: string,
      @Claims() claims: unknown,
      @Claims('role') roles: unknown,
      @ConnectQuery() query: object,
      @ConnectQuery('tag') tag: unknown,
      @ConnectHeaders('User-Agent') agent: unknown,
      @ConnectHeaders() headers: object,
    ): object {
      return {
        state: {
          isEvent: event.connection === connection && event instanceof HubConnectEvent,
          subprotocols,
          userId,
          claims,
          roles,
          query: { ...query },
          tag,
          agent,
          headers: { ...headers },
        },
      };
    }

    @OnUserEvent('say')
    say(
      @EventData() data: unknown,
      @EventData('text') text: unknown,
      @EventData('constructor') inherited: unknown,
      @State() state: object,
      @State('room') room: unknown,
      @Claims() claims: unknown,
      @Claims('role') role: unknown,
      @ConnectQuery('room') query: unknown,
      @CurrentUser() user: unknown,
    ): unknown[] {
      return [data, text, inherited, { ...state }, room, claims, role, query, user];
    }

    @OnUserEvent('http')
    http(
      @Req() request: unknown,
      @Body() body: unknown,
      @Query() query: object,
      @Headers('x') header: unknown,
      @Connection() connection: unknown,
    ): unknown[] {
      return [request === connection, body, { ...query }, header];
    }
  }

  it('are what the decorators of connect ask for', async () => {
    const { chat } = await start({ providers: [ChatHub] });
    const accepted = await chat.connect(connectEvent(), callOf());
    const text = Buffer.from((accepted as { state: string }).state, 'base64').toString();
    expect(JSON.parse(text)).toEqual({
      isEvent: true,
      subprotocols: ['json.webpubsub.azure.v1'],
      userId: 'ana',
      claims: { sub: ['ana'], role: ['a', 'b'] },
      roles: ['a', 'b'],
      query: { room: '7', tag: ['x', 'y'] },
      tag: ['x', 'y'],
      agent: 'test',
      headers: { 'user-agent': 'test', cookie: 'a=1; b=2' },
    });
  });

  it('are what the decorators of other events ask for, also those of the application', async () => {
    const { chat } = await start({ providers: [ChatHub] });
    const event = userEvent('say', {
      connection: connectionOf({ state: encodeState({ room: 7 }) }),
      payload: { dataType: 'json', bytes: Buffer.from('{"text":"hi"}') },
    });
    const [text] = textOf(await chat.userEvent(event, callOf()));
    expect(JSON.parse(text ?? '')).toEqual([
      { text: 'hi' },
      'hi',
      null,
      { room: 7 },
      7,
      null,
      null,
      null,
      { name: 'Ana' },
    ]);
  });

  it('may be declared as on a controller', async () => {
    const { chat } = await start({ providers: [ChatHub] });
    const [text] = textOf(await chat.userEvent(userEvent('http'), callOf()));
    expect(JSON.parse(text ?? '')).toEqual([true, 'hi', {}, null]);
  });
});
