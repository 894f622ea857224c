import { Post, Req, Res } from '@nestjs/common';
import type { PlatformRequest, PlatformResponse } from '../../http/raw-exchange.js';
import { sendJson, sendSuccess } from '../answers.js';
import { ClientTokenParameters } from '../dto/client-token.dto.js';
import { CloseAllParameters, HubParameters, SendToAllParameters } from '../dto/hub.dto.js';
import { GroupsRequestReader } from '../groups-request.reader.js';
import { HubDrivers } from '../hub-drivers.js';
import { MessageReader } from '../message.reader.js';
import { Parameters } from '../parameters.decorator.js';
import { action } from '../platform/action-paths.js';
import { RestController } from '../rest-controller.decorator.js';

/** Operations on a whole hub. */
@RestController('api/hubs/:hub')
export class HubController {
  constructor(
    private readonly hubs: HubDrivers,
    private readonly messages: MessageReader,
    private readonly groupsRequests: GroupsRequestReader,
  ) {}

  @Post(action('send'))
  async sendToAll(
    @Parameters(SendToAllParameters) parameters: Readonly<SendToAllParameters>,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { payload, metadata } = await this.messages.read(request);
    await this.hubs.of(parameters).sendToAll(payload, parameters.send.optionsWith(metadata));
    sendSuccess(response, 202);
  }

  @Post(action('closeConnections'))
  async closeAllConnections(
    @Parameters(CloseAllParameters) parameters: Readonly<CloseAllParameters>,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    await this.hubs.of(parameters).closeAllConnections(parameters.close.options);
    sendSuccess(response, 204);
  }

  @Post(action('addToGroups'))
  async addConnectionsToGroups(
    @Parameters(HubParameters) parameters: Readonly<HubParameters>,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { groups, filter } = await this.groupsRequests.read(request);
    await this.hubs.of(parameters).addConnectionsToGroups(groups, filter);
    sendSuccess(response, 200);
  }

  @Post(action('removeFromGroups'))
  async removeConnectionsFromGroups(
    @Parameters(HubParameters) parameters: Readonly<HubParameters>,
    @Req() request: PlatformRequest,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { groups, filter } = await this.groupsRequests.read(request);
    await this.hubs.of(parameters).removeConnectionsFromGroups(groups, filter);
    sendSuccess(response, 200);
  }

  @Post(action('generateToken'))
  async generateClientToken(
    @Parameters(ClientTokenParameters) parameters: Readonly<ClientTokenParameters>,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { token } = await this.hubs.of(parameters).getClientAccessToken(parameters.options);
    sendJson(response, { token });
  }
}
