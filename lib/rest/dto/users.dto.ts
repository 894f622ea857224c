import { ValidateNested } from 'class-validator';
import { CloseQuery } from './close-query.js';
import { HubParameters } from './hub.dto.js';
import type { OperationInput } from './operation-parameters.js';
import { IsGroup, IsUser } from './rules.js';
import { FilteredSendQuery } from './send-query.js';

/** Parameters of an operation on a user. */
export class UserParameters extends HubParameters {
  @IsUser()
  readonly userId: string;

  constructor(input: OperationInput) {
    super(input);
    this.userId = input.path['userId'] ?? '';
  }
}

export class UserGroupParameters extends UserParameters {
  @IsGroup()
  readonly group: string;

  constructor(input: OperationInput) {
    super(input);
    this.group = input.path['group'] ?? '';
  }
}

export class SendToUserParameters extends UserParameters {
  @ValidateNested()
  readonly send: FilteredSendQuery;

  constructor(input: OperationInput) {
    super(input);
    this.send = new FilteredSendQuery(input.query);
  }
}

export class CloseUserParameters extends UserParameters {
  @ValidateNested()
  readonly close: CloseQuery;

  constructor(input: OperationInput) {
    super(input);
    this.close = new CloseQuery(input.query);
  }
}
