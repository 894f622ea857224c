import { ForbiddenException } from '@nestjs/common';
import {
  Connection,
  ConnectQuery,
  EventData,
  type HubConnection,
  Hub,
  InjectHub,
  OnConnect,
  OnConnected,
  OnDisconnected,
  OnUserEvent,
  WebPubSubHub,
} from 'nestjs-web-pubsub';
import { RemarkDto } from './remark.dto.js';
import { groupOf, ROOM_ROLES } from './room.js';
import { VisitorDto } from './visitor.dto.js';

/** What happens when browsers come, talk and go. */
@Hub('chat')
export class ChatHub {
  constructor(@InjectHub('chat') private readonly chat: WebPubSubHub) {}

  /** Nobody comes in without a name; the global ValidationPipe sees to it. */
  @OnConnect()
  enter(@ConnectQuery() { name }: VisitorDto): object {
    return { userId: name, groups: [groupOf('lobby')], roles: ROOM_ROLES };
  }

  @OnConnected()
  async come(@Connection() { userId, connectionId }: HubConnection): Promise<void> {
    const options = { excludedConnections: [connectionId] };
    await this.chat.sendToAll({ presence: true, text: `${userId} is here.` }, options);
  }

  /** The ack tells the browser how it went. */
  @OnUserEvent('say')
  async say(
    @EventData() { room, text }: RemarkDto,
    @Connection() { userId, connectionId }: HubConnection,
  ): Promise<void> {
    const group = groupOf(room);
    const mayTalk = await this.chat.hasPermission(connectionId, 'sendToGroup', {
      targetName: group,
    });
    if (!mayTalk) throw new ForbiddenException('You are muted in this room.');
    await this.chat.group(group).sendToAll({ room, name: userId, connectionId, text });
  }

  @OnDisconnected()
  async leave(@Connection() { userId }: HubConnection): Promise<void> {
    await this.chat.sendToAll({ presence: true, text: `${userId} has left.` });
  }
}
