import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { InjectHub, SendToGroup, WebPubSubHub } from 'nestjs-web-pubsub';
import { groupOf } from '../chat/room.js';
import { SayDto } from './say.dto.js';

/** Rooms are groups: browsers talk in them directly, and everybody else over HTTP. */
@Controller('rooms')
export class RoomsController {
  constructor(@InjectHub('chat') private readonly chat: WebPubSubHub) {}

  /** The returned value is what the room receives. */
  @Post(':room/messages')
  @SendToGroup(({ args }) => groupOf(String(args[0])))
  say(@Param('room') room: string, @Body() { name, text }: SayDto): object {
    return { room, name, text };
  }

  @Get(':room')
  async look(@Param('room') room: string): Promise<object> {
    return { room, isOccupied: await this.chat.groupExists(groupOf(room)) };
  }
}
