import { IsOptional, IsString, ValidateNested } from 'class-validator';
import { HubParameters } from './hub.dto.js';
import type { OperationInput } from './operation-parameters.js';
import { IsConnection } from './rules.js';
import { SendQuery } from './send-query.js';

/** Parameters of an operation on a connection. */
export class ConnectionParameters extends HubParameters {
  @IsConnection()
  readonly connectionId: string;

  constructor(input: OperationInput) {
    super(input);
    this.connectionId = input.path['connectionId'] ?? '';
  }
}

export class CloseConnectionParameters extends ConnectionParameters {
  /** Shown to the client; an empty one is none. */
  @IsOptional()
  @IsString()
  readonly reason: string | undefined;

  constructor(input: OperationInput) {
    super(input);
    this.reason = input.query.first('reason') || undefined;
  }
}

export class SendToConnectionParameters extends ConnectionParameters {
  @ValidateNested()
  readonly send: SendQuery;

  constructor(input: OperationInput) {
    super(input);
    this.send = new SendQuery(input.query);
  }
}
