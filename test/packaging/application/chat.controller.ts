import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { InjectHub, SendToUser, WebPubSubHub } from 'nestjs-web-pubsub';
import { SayDto } from './say.dto.js';

@Controller()
export class ChatController {
  constructor(@InjectHub('chat') private readonly chat: WebPubSubHub) {}

  @Post('negotiate')
  async negotiate(): Promise<object> {
    return { url: await this.chat.getClientAccessUrl({ userId: 'ann' }) };
  }

  /** The returned value is what the user receives. */
  @Post('whisper')
  @HttpCode(202)
  @SendToUser('ann')
  whisper(@Body() { text }: SayDto): object {
    return { whispered: text };
  }
}
