import { Delete, Get, Head, Post, Put, Req, Res } from '@nestjs/common';
import { serviceErrors } from '../../errors/service-errors.js';
import type { PlatformRequest, PlatformResponse } from '../../http/raw-exchange.js';
import { sendJson, sendSuccess } from '../answers.js';
import type { VersionProfile } from '../api-version.js';
import { GroupMembersParameters } from '../dto/group-members.dto.js';
import {
  CloseGroupParameters,
  GroupMemberParameters,
  GroupParameters,
  SendToGroupParameters,
} from '../dto/groups.dto.js';
import { GroupMembersAnswers } from '../group-members.answers.js';
import { HubDrivers } from '../hub-drivers.js';
import { MessageReader } from '../message.reader.js';
import { Parameters, Profile } from '../parameters.decorator.js';
import { action } from '../platform/action-paths.js';
import { RestController } from '../rest-controller.decorator.js';

/** Operations on a group and on the membership of a connection. */
@RestController('api/hubs/:hub/groups/:group')
export class GroupsController {
  constructor(
    private readonly hubs: HubDrivers,
    private readonly messages: MessageReader,
    private readonly members: GroupMembersAnswers,
  ) {}

  @Head()
  async groupExists(
    @Parameters(GroupParameters) parameters: Readonly<GroupParameters>,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { group } = parameters;
    const exists = await this.hubs.of(parameters).groupExists(group);
    if (!exists) throw serviceErrors.groupNotFound(group);
    sendSuccess(response, 200);
  }

  @Post(action('send'))
  async sendToGroup(
    @Parameters(SendToGroupParameters) parameters: Readonly<SendToGroupParameters>,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { group, send } = parameters;
    const { payload, metadata } = await this.messages.read(request);
    await this.hubs.of(parameters).sendToGroup(group, payload, send.optionsWith(metadata));
    sendSuccess(response, 202);
  }

  @Post(action('closeConnections'))
  async closeGroupConnections(
    @Parameters(CloseGroupParameters) parameters: Readonly<CloseGroupParameters>,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { group, close } = parameters;
    await this.hubs.of(parameters).closeGroupConnections(group, close.options);
    sendSuccess(response, 204);
  }

  @Get('connections')
  async listConnectionsInGroup(
    @Parameters(GroupMembersParameters) parameters: Readonly<GroupMembersParameters>,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { group, page } = parameters;
    const found = await this.hubs.of(parameters).listConnectionsInGroup(group, page);
    sendJson(response, this.members.answer(request, page, found));
  }

  @Put('connections/:connectionId')
  async addConnectionToGroup(
    @Parameters(GroupMemberParameters) parameters: Readonly<GroupMemberParameters>,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { group, connectionId } = parameters;
    const exists = await this.hubs.of(parameters).addConnectionToGroup(group, connectionId);
    if (!exists) throw serviceErrors.connectionNotFound(connectionId, 'Error');
    sendSuccess(response, 200);
  }

  @Delete('connections/:connectionId')
  async removeConnectionFromGroup(
    @Parameters(GroupMemberParameters) parameters: Readonly<GroupMemberParameters>,
    @Profile() profile: VersionProfile,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { group, connectionId } = parameters;
    const exists = await this.hubs.of(parameters).removeConnectionFromGroup(group, connectionId);
    if (!exists && profile.removalNeedsConnection) {
      throw serviceErrors.connectionNotFound(connectionId, 'Error');
    }
    sendSuccess(response, profile.removalStatus);
  }
}
