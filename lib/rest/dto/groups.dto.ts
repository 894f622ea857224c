import { ValidateNested } from 'class-validator';
import { CloseQuery } from './close-query.js';
import { HubParameters } from './hub.dto.js';
import type { OperationInput } from './operation-parameters.js';
import { IsConnection, IsGroup } from './rules.js';
import { SelectiveSendQuery } from './send-query.js';

/** Parameters of an operation on a group. */
export class GroupParameters extends HubParameters {
  @IsGroup()
  readonly group: string;

  constructor(input: OperationInput) {
    super(input);
    this.group = input.path['group'] ?? '';
  }
}

export class GroupMemberParameters extends GroupParameters {
  @IsConnection()
  readonly connectionId: string;

  constructor(input: OperationInput) {
    super(input);
    this.connectionId = input.path['connectionId'] ?? '';
  }
}

export class SendToGroupParameters extends GroupParameters {
  @ValidateNested()
  readonly send: SelectiveSendQuery;

  constructor(input: OperationInput) {
    super(input);
    this.send = new SelectiveSendQuery(input.query);
  }
}

export class CloseGroupParameters extends GroupParameters {
  @ValidateNested()
  readonly close: CloseQuery;

  constructor(input: OperationInput) {
    super(input);
    this.close = new CloseQuery(input.query);
  }
}
