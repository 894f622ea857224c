import { Controller, Get } from '@nestjs/common';
import { InjectHub, type ClientTokenResult, WebPubSubHub } from 'nestjs-web-pubsub';

/** Gives a visitor a token. A real application knows who it is talking to before it does. */
@Controller('negotiate')
export class NegotiateController {
  constructor(@InjectHub('chat') private readonly chat: WebPubSubHub) {}

  @Get()
  negotiate(): Promise<ClientTokenResult> {
    return this.chat.getClientAccessToken();
  }
}
