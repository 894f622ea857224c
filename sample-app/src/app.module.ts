import { Module } from '@nestjs/common';
import { WebPubSubModule } from 'nestjs-web-pubsub';
import { ChatHub } from './chat/chat.hub.js';
import { DirectController } from './direct/direct.controller.js';
import { ModerationController } from './moderation/moderation.controller.js';
import { NegotiateController } from './negotiate/negotiate.controller.js';
import { RoomsController } from './rooms/rooms.controller.js';
import { webPubSubOptions } from './web-pubsub.options.js';

@Module({
  imports: [WebPubSubModule.forRoot(webPubSubOptions(process.env))],
  controllers: [NegotiateController, RoomsController, DirectController, ModerationController],
  providers: [ChatHub],
})
export class AppModule {}
