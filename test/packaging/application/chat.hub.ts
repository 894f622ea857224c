import { UnauthorizedException } from '@nestjs/common';
import {
  Connection,
  ConnectRequest,
  EventData,
  Hub,
  InjectHub,
  OnConnect,
  OnUserEvent,
  State,
  WebPubSubHub,
  type ConnectAnswer,
} from 'nestjs-web-pubsub';
import { SayDto } from './say.dto.js';

/** The user that is not let in. */
const INTRUDER = 'mallory';

@Hub('chat')
export class ChatHub {
  constructor(@InjectHub('chat') private readonly chat: WebPubSubHub) {}

  @OnConnect()
  connect(@Connection() request: ConnectRequest): ConnectAnswer {
    if (request.userId === INTRUDER) throw new UnauthorizedException();
    request.setState('greeting', 'heard');
    return { groups: ['lobby'] };
  }

  @OnUserEvent('say')
  async say(@EventData() { text }: SayDto, @State('greeting') greeting: string): Promise<object> {
    await this.chat.group('lobby').sendToAll({ said: text });
    return { [greeting]: text };
  }
}
