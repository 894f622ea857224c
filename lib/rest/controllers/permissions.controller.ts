import { Delete, Head, Put, Res } from '@nestjs/common';
import { serviceErrors } from '../../errors/service-errors.js';
import { sendSuccess } from '../answers.js';
import type { VersionProfile } from '../api-version.js';
import { PermissionParameters } from '../dto/permissions.dto.js';
import { HubDrivers } from '../hub-drivers.js';
import { Parameters, Profile } from '../parameters.decorator.js';
import type { PlatformResponse } from '../../http/raw-exchange.js';
import { RestController } from '../rest-controller.decorator.js';

/** Operations on what a connection may do itself. */
@RestController('api/hubs/:hub/permissions/:permission/connections/:connectionId')
export class PermissionsController {
  constructor(private readonly hubs: HubDrivers) {}

  @Put()
  async grantPermission(
    @Parameters(PermissionParameters) parameters: Readonly<PermissionParameters>,
    @Profile() profile: VersionProfile,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { kind, connectionId } = parameters;
    const group = parameters.groupUnder(profile);
    const exists = await this.hubs.of(parameters).grantPermission(kind, connectionId, group);
    if (!exists) throw serviceErrors.connectionNotFound(connectionId, 'Info');
    sendSuccess(response, 200);
  }

  @Delete()
  async revokePermission(
    @Parameters(PermissionParameters) parameters: Readonly<PermissionParameters>,
    @Profile() profile: VersionProfile,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { kind, connectionId } = parameters;
    const group = parameters.groupUnder(profile);
    const exists = await this.hubs.of(parameters).revokePermission(kind, connectionId, group);
    if (!exists && profile.removalNeedsConnection) {
      throw serviceErrors.connectionNotFound(connectionId, 'Info');
    }
    sendSuccess(response, profile.removalStatus);
  }

  @Head()
  async checkPermission(
    @Parameters(PermissionParameters) parameters: Readonly<PermissionParameters>,
    @Profile() profile: VersionProfile,
    @Res() response: PlatformResponse,
  ): Promise<void> {
    const { kind, connectionId } = parameters;
    const group = parameters.groupUnder(profile);
    const verdict = await this.hubs.of(parameters).checkPermission(kind, connectionId, group);
    if (verdict === 'absent') throw serviceErrors.connectionNotFound(connectionId, 'Info');
    if (verdict === 'denied') throw serviceErrors.permissionDenied(connectionId, kind);
    sendSuccess(response, 200);
  }
}
