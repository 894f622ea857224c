import { Delete, Head, Post, Put, Req, Res } from '@nestjs/common';
import { serviceErrors } from '../../errors/service-errors.js';
import type { PlatformRequest, PlatformResponse } from '../../http/raw-exchange.js';
import { sendSuccess } from '../answers.js';
import type { VersionProfile } from '../api-version.js';
import {
  CloseUserParameters,
  SendToUserParameters,
  UserGroupParameters,
  UserParameters,
} from '../dto/users.dto.js';
import { HubDrivers } from '../hub-drivers.js';
import { MessageReader } from '../message.reader.js';
import { Parameters, Profile } from '../parameters.decorator.js';
import { action } from '../platform/action-paths.js';
import { RestController } from '../rest-controller.decorator.js';
import { methodNotAllowed } from '../rest.errors.js';

/** Operations on a user, which is to say on all connections of the user. */
@RestController('api/hubs/:hub/users/:userId')
export class UsersController {
  constructor(
    private readonly hubs: HubDrivers,
    private readonly messages: MessageReader,
  ) {}

  @Head()
  async userExists(
    @Parameters(UserParameters) parameters: Readonly<UserParameters>,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { userId } = parameters;
    const exists = await this.hubs.of(parameters).userExists(userId);
    if (!exists) throw serviceErrors.userNotFound(userId);
    sendSuccess(response, 200);
  }

  @Post(action('send'))
  async sendToUser(
    @Parameters(SendToUserParameters) parameters: Readonly<SendToUserParameters>,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { userId, send } = parameters;
    const { payload, metadata } = await this.messages.read(request);
    await this.hubs.of(parameters).sendToUser(userId, payload, send.optionsWith(metadata));
    sendSuccess(response, 202);
  }

  @Post(action('closeConnections'))
  async closeUserConnections(
    @Parameters(CloseUserParameters) parameters: Readonly<CloseUserParameters>,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { userId, close } = parameters;
    await this.hubs.of(parameters).closeUserConnections(userId, close.options);
    sendSuccess(response, 204);
  }

  @Head('groups/:group')
  async userExistsInGroup(
    @Parameters(UserGroupParameters) parameters: Readonly<UserGroupParameters>,
    @Profile() profile: VersionProfile,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    // Later versions know the path, but not this method on it.
    if (!profile.remembersUserGroups) throw methodNotAllowed(['DELETE', 'PUT']);
    const { userId, group } = parameters;
    const exists = await this.hubs.of(parameters).userExistsInGroup(userId, group);
    if (!exists) throw serviceErrors.userNotInGroup(userId, group);
    sendSuccess(response, 200);
  }

  @Put('groups/:group')
  async addUserToGroup(
    @Parameters(UserGroupParameters) parameters: Readonly<UserGroupParameters>,
    @Profile() profile: VersionProfile,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { userId, group } = parameters;
    const hub = this.hubs.of(parameters);
    if (profile.remembersUserGroups) await hub.rememberUserInGroup(group, userId);
    else if (!(await hub.addUserToGroup(group, userId))) throw serviceErrors.userNotFound(userId);
    sendSuccess(response, 200);
  }

  @Delete('groups/:group')
  async removeUserFromGroup(
    @Parameters(UserGroupParameters) parameters: Readonly<UserGroupParameters>,
    @Profile() profile: VersionProfile,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { userId, group } = parameters;
    await this.hubs.of(parameters).removeUserFromGroup(group, userId);
    sendSuccess(response, profile.removalStatus);
  }

  @Delete('groups')
  async removeUserFromAllGroups(
    @Parameters(UserParameters) parameters: Readonly<UserParameters>,
    @Profile() profile: VersionProfile,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    await this.hubs.of(parameters).removeUserFromAllGroups(parameters.userId);
    sendSuccess(response, profile.removalStatus);
  }
}
