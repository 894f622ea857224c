import { Body, Controller, Param, Post } from '@nestjs/common';
import { SendToUser, UserExists } from 'nestjs-web-pubsub';
import { SayDto } from '../rooms/say.dto.js';

/** Direct messages go to a user: to every window that user has open. */
@Controller('users')
export class DirectController {
  /** Answers 404 when nobody of that name is connected. */
  @Post(':user/messages')
  @UserExists(({ args }) => String(args[0]))
  @SendToUser(({ args }) => String(args[0]))
  tell(@Param('user') _user: string, @Body() { name, text }: SayDto): object {
    return { direct: true, name, text };
  }
}
