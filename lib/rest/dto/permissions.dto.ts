import { IsOptional, IsString } from 'class-validator';
import type { Permission } from '../../drivers/operations/hub.operations.js';
import { isGroupName } from '../../engine/names.js';
import { INVALID_GROUP_NAME, serviceErrors } from '../../errors/service-errors.js';
import type { VersionProfile } from '../api-version.js';
import { ConnectionParameters } from './connections.dto.js';
import type { OperationInput } from './operation-parameters.js';
import { IsAccepted } from './rules.js';

/** What the path may say instead of the name: the numbers are the service's own (rest.md 3.2). */
const PERMISSIONS: ReadonlyMap<string, Permission> = new Map([
  ['sendtogroup', 'sendToGroup'],
  ['1', 'sendToGroup'],
  ['joinleavegroup', 'joinLeaveGroup'],
  ['2', 'joinLeaveGroup'],
]);

/** Parameters of an operation on a permission. */
export class PermissionParameters extends ConnectionParameters {
  @IsAccepted((value) => toPermission(value) !== undefined)
  readonly permission: string;

  /** A group, literally. The first version called it `group`. */
  @IsOptional()
  @IsString()
  readonly targetName: string | undefined;

  constructor(input: OperationInput) {
    super(input);
    this.permission = input.path['permission'] ?? '';
    this.targetName = input.query.first('targetName') ?? input.query.first('group');
  }

  /** The permission by its own name. */
  get kind(): Permission {
    return toPermission(this.permission) ?? 'sendToGroup';
  }

  /**
   * The group that the permission is about; `undefined` = every group.
   *
   * The service treats a bad one as a failure of the operation, not of validation (rest.md 5.9).
   *
   * @throws {@link WebPubSubError} 400
   */
  groupUnder({ permissionTargetIsOptional }: VersionProfile): string | undefined {
    if (this.targetName === undefined && permissionTargetIsOptional) return undefined;
    if (this.targetName === undefined || !isGroupName(this.targetName)) {
      throw serviceErrors.badRequest(INVALID_GROUP_NAME);
    }
    return this.targetName;
  }
}

function toPermission(text: string): Permission | undefined {
  return PERMISSIONS.get(text.toLowerCase());
}
