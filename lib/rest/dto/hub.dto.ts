import { ValidateNested } from 'class-validator';
import { CloseQuery } from './close-query.js';
import { type OperationInput, OperationParameters } from './operation-parameters.js';
import { IsHub } from './rules.js';
import { SelectiveSendQuery } from './send-query.js';

/** Parameters of an operation on a hub. */
export class HubParameters extends OperationParameters {
  /** As sent: it is compared without regard to case. */
  @IsHub()
  readonly hub: string;

  constructor({ path }: OperationInput) {
    super();
    this.hub = path['hub'] ?? '';
  }
}

export class SendToAllParameters extends HubParameters {
  @ValidateNested()
  readonly send: SelectiveSendQuery;

  constructor(input: OperationInput) {
    super(input);
    this.send = new SelectiveSendQuery(input.query);
  }
}

export class CloseAllParameters extends HubParameters {
  @ValidateNested()
  readonly close: CloseQuery;

  constructor(input: OperationInput) {
    super(input);
    this.close = new CloseQuery(input.query);
  }
}
