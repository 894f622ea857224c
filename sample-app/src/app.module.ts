import { Module } from '@nestjs/common';
import { WebPubSubModule } from 'nestjs-web-pubsub';
import { DirectController } from './direct/direct.controller.js';
import { ModerationController } from './moderation/moderation.controller.js';
import { NegotiateController } from './negotiate/negotiate.controller.js';
import { RoomsController } from './rooms/rooms.controller.js';

@Module({
  imports: [
    WebPubSubModule.forRoot({
      hubs: ['chat'],
      // Set it to keep the same key, and the same clients, over restarts.
      ...(process.env['WEB_PUBSUB_ACCESS_KEY'] && {
        accessKey: process.env['WEB_PUBSUB_ACCESS_KEY'],
      }),
    }),
  ],
  controllers: [NegotiateController, RoomsController, DirectController, ModerationController],
})
export class AppModule {}
