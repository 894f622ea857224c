import { Post, Req, Res } from '@nestjs/common';
import { sendSuccess } from '../answers.js';
import { SendToAllParameters } from '../dto/hub.dto.js';
import { HubDrivers } from '../hub-drivers.js';
import { MessageReader } from '../message.reader.js';
import { Parameters } from '../parameters.decorator.js';
import { action } from '../platform/action-paths.js';
import type { PlatformRequest, PlatformResponse } from '../platform/raw-exchange.js';
import { RestController } from '../rest-controller.decorator.js';

/** Operations on a whole hub. */
@RestController('api/hubs/:hub')
export class HubController {
  constructor(
    private readonly hubs: HubDrivers,
    private readonly messages: MessageReader,
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
}
