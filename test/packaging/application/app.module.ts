import { Module } from '@nestjs/common';
import { WebPubSubModule } from 'nestjs-web-pubsub';
import { ChatController } from './chat.controller.js';
import { ChatHub } from './chat.hub.js';

@Module({
  imports: [WebPubSubModule.forRoot({ hubs: ['chat'], accessKey: process.env['ACCESS_KEY'] })],
  controllers: [ChatController],
  providers: [ChatHub],
})
export class AppModule {}
