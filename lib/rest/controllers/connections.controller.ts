import { Delete, Head, Post, Req, Res } from '@nestjs/common';
import { serviceErrors } from '../../errors/service-errors.js';
import type { PlatformRequest, PlatformResponse } from '../../http/raw-exchange.js';
import { sendSuccess } from '../answers.js';
import type { VersionProfile } from '../api-version.js';
import {
  CloseConnectionParameters,
  ConnectionParameters,
  SendToConnectionParameters,
} from '../dto/connections.dto.js';
import { HubDrivers } from '../hub-drivers.js';
import { MessageReader } from '../message.reader.js';
import { Parameters, Profile } from '../parameters.decorator.js';
import { action } from '../platform/action-paths.js';
import { RestController } from '../rest-controller.decorator.js';

/** Operations on one connection. */
@RestController('api/hubs/:hub/connections/:connectionId')
export class ConnectionsController {
  constructor(
    private readonly hubs: HubDrivers,
    private readonly messages: MessageReader,
  ) {}

  @Head()
  async connectionExists(
    @Parameters(ConnectionParameters) parameters: Readonly<ConnectionParameters>,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { connectionId } = parameters;
    const exists = await this.hubs.of(parameters).connectionExists(connectionId);
    if (!exists) throw serviceErrors.connectionNotFound(connectionId, 'Warning');
    sendSuccess(response, 200);
  }

  @Delete()
  async closeConnection(
    @Parameters(CloseConnectionParameters) parameters: Readonly<CloseConnectionParameters>,
    @Profile() profile: VersionProfile,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { connectionId, reason } = parameters;
    await this.hubs.of(parameters).closeConnection(connectionId, reason);
    sendSuccess(response, profile.removalStatus);
  }

  @Post(action('send'))
  async sendToConnection(
    @Parameters(SendToConnectionParameters) parameters: Readonly<SendToConnectionParameters>,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { connectionId, send } = parameters;
    const { payload, metadata } = await this.messages.read(request);
    const options = send.optionsWith(metadata);
    await this.hubs.of(parameters).sendToConnection(connectionId, payload, options);
    sendSuccess(response, 202);
  }

  @Delete('groups')
  async removeConnectionFromAllGroups(
    @Parameters(ConnectionParameters) parameters: Readonly<ConnectionParameters>,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    await this.hubs.of(parameters).removeConnectionFromAllGroups(parameters.connectionId);
    sendSuccess(response, 204);
  }
}
