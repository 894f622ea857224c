import { Controller, Delete, HttpCode, Param, Put, UseGuards } from '@nestjs/common';
import { CloseConnection, GrantPermission, RevokePermission } from 'nestjs-web-pubsub';
import { groupOf } from '../chat/room.js';
import { ModeratorGuard } from './moderator.guard.js';

/** A moderator mutes somebody in one room, or shows them the door. */
@Controller()
@UseGuards(ModeratorGuard)
export class ModerationController {
  /** Beats the role that lets everybody talk. */
  @Put('rooms/:room/muted/:connectionId')
  @HttpCode(204)
  @RevokePermission('sendToGroup', ({ args }) => String(args[1]), {
    targetName: ({ args }) => groupOf(String(args[0])),
  })
  mute(@Param('room') _room: string, @Param('connectionId') _connectionId: string): void {}

  @Delete('rooms/:room/muted/:connectionId')
  @HttpCode(204)
  @GrantPermission('sendToGroup', ({ args }) => String(args[1]), {
    targetName: ({ args }) => groupOf(String(args[0])),
  })
  unmute(@Param('room') _room: string, @Param('connectionId') _connectionId: string): void {}

  @Delete('connections/:connectionId')
  @HttpCode(204)
  @CloseConnection(({ args }) => String(args[0]), { reason: 'A moderator closed your connection.' })
  kick(@Param('connectionId') _connectionId: string): void {}
}
