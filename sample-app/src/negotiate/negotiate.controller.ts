import { Controller, Get, Query } from '@nestjs/common';
import { InjectHub, type ClientTokenResult, WebPubSubHub } from 'nestjs-web-pubsub';
import { groupOf, ROOM_ROLES } from '../room.js';
import { NegotiateQuery } from './negotiate.query.js';

/** Gives a visitor a token. A real application knows who it is talking to before it does. */
@Controller('negotiate')
export class NegotiateController {
  constructor(@InjectHub('chat') private readonly chat: WebPubSubHub) {}

  @Get()
  negotiate(@Query() { name }: NegotiateQuery): Promise<ClientTokenResult> {
    return this.chat.getClientAccessToken({
      userId: name,
      roles: ROOM_ROLES,
      groups: [groupOf('lobby')],
    });
  }
}
