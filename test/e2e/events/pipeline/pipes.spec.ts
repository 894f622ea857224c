import {
  Injectable,
  Module,
  ParseIntPipe,
  UsePipes,
  ValidationPipe,
  type PipeTransform,
} from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { IsInt, IsOptional, IsString, Min } from 'class-validator';
import { Type } from 'class-transformer';
import { jsonPayload } from '../../../../lib/engine/payload.js';
import {
  OnConnect,
  OnUserEvent,
} from '../../../../lib/events/handlers/decorators/event.decorators.js';
import { Hub } from '../../../../lib/events/handlers/decorators/hub.decorator.js';
import {
  Connection,
  ConnectQuery,
  EventData,
  UserId,
} from '../../../../lib/events/handlers/decorators/parameter.decorators.js';
import { HubConnection } from '../../../../lib/events/handlers/hub-connection.js';
import { callOf, connectEvent, userEvent } from '../../../support/handler.events.js';
import { handlersApp, textOf, type HandlersApp } from '../../../support/handlers.app.js';

class MessageDto {
  @IsString() text!: string;
  @IsOptional() @IsInt() @Min(1) times?: number;
}

class RoomDto {
  @Type(() => Number) @IsInt() room!: number;
}

@Injectable()
class Dictionary {
  readonly words = new Map([['hi', 'hello']]);
}

@Injectable()
class Spelling implements PipeTransform {
  constructor(private readonly dictionary: Dictionary) {}
  transform(value: string): string {
    return this.dictionary.words.get(value) ?? value;
  }
}

@Module({ providers: [Dictionary], exports: [Dictionary] })
class DictionaryModule {}

@Hub('chat')
class ChatHub {
  @OnConnect()
  in(@ConnectQuery() query: RoomDto): object {
    return { groups: [`${query.constructor.name} ${query.room}`] };
  }

  @OnUserEvent('say')
  say(
    @EventData() message: MessageDto,
    @Connection() connection: HubConnection,
    @UserId() userId: string,
  ): unknown[] {
    const isUntouched = connection instanceof HubConnection && userId === 'ana';
    return [message.constructor.name, message, isUntouched];
  }

  @OnUserEvent('spell')
  spell(@EventData(Spelling) text: string): string {
    return text;
  }

  @OnUserEvent('count')
  count(@EventData('times', ParseIntPipe) times: number): number {
    return times + 1;
  }

  @OnUserEvent('loud')
  @UsePipes({ transform: (value: unknown) => String(value).toUpperCase() })
  loud(@EventData() text: string): string {
    return text;
  }
}

const json = (value: unknown) => ({ payload: jsonPayload(JSON.stringify(value)) });

describe('pipes of event handlers', () => {
  let started: HandlersApp;

  afterEach(() => started.app.close());

  describe.each(['APP_PIPE', 'useGlobalPipes'])('a ValidationPipe for everything (%s)', (kind) => {
    const pipe = new ValidationPipe({ transform: true, whitelist: true });

    beforeEach(async () => {
      started = await handlersApp(
        {
          imports: [DictionaryModule],
          providers: [
            ChatHub,
            ...(kind === 'APP_PIPE' ? [{ provide: APP_PIPE, useValue: pipe }] : []),
          ],
        },
        { configure: (app) => kind !== 'APP_PIPE' && app.useGlobalPipes(pipe) },
      );
    });

    it('makes and checks what the data should be, and leaves the rest alone', async () => {
      const event = userEvent('say', json({ text: 'hi', extra: 1 }));
      const [text] = textOf(await started.chat.userEvent(event, callOf()));
      expect(JSON.parse(text ?? '')).toEqual(['MessageDto', { text: 'hi' }, true]);
    });

    it.each([
      ['a member that is wrong', json({ text: 'hi', times: 0 }), 'times must not be less than 1'],
      ['JSON of another kind', json([1]), 'text must be a string'],
      ['text', {}, 'text must be a string'],
    ])('refuses %s as a bad request, with what is wrong', async (_, init, detail) => {
      const outcome = await started.chat.userEvent(userEvent('say', init), callOf());
      expect(outcome).toMatchObject({
        handled: false,
        status: 400,
        failure: 'BadRequest',
        detail: expect.stringContaining(detail) as string,
      });
    });

    it('checks the query of connect, and refuses the handshake with 400', async () => {
      const { chat } = started;
      const accepted = await chat.connect(connectEvent({ query: { room: ['7'] } }), callOf());
      expect(accepted).toEqual({ accepted: true, groups: ['RoomDto 7'] });
      await expect(
        chat.connect(connectEvent({ query: { room: ['x'] } }), callOf()),
      ).resolves.toEqual({
        accepted: false,
        status: 400,
        detail: 'room must be an integer number',
      });
    });
  });

  describe('of one parameter or method', () => {
    beforeEach(async () => {
      started = await handlersApp({ imports: [DictionaryModule], providers: [ChatHub] });
    });

    it.each([
      ['a class gets what it needs', 'spell', {}, 'hello'],
      ['a member of the data', 'count', json({ times: '41' }), '42'],
      ['all parameters of a method', 'loud', {}, 'HI'],
    ])('%s', async (_, event, init, reply) => {
      expect(textOf(await started.chat.userEvent(userEvent(event, init), callOf()))).toEqual([
        reply,
      ]);
    });

    it('refuses what it cannot parse', async () => {
      const event = userEvent('count', json({ times: 'many' }));
      await expect(started.chat.userEvent(event, callOf())).resolves.toMatchObject({ status: 400 });
    });
  });
});
