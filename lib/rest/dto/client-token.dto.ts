import { IsString } from 'class-validator';
import type { ClientTokenOptions } from '../../drivers/operations/hub.operations.js';
import { HubParameters } from './hub.dto.js';
import type { OperationInput } from './operation-parameters.js';
import { IsAccepted, IsGroup, IsOptionalInteger } from './rules.js';

const MAX_MINUTES = 2 ** 31 - 1;

/** By their names in lower case: they are compared without regard to case. */
const CLIENT_PROTOCOLS: ReadonlyMap<string, ClientTokenOptions['clientProtocol']> = new Map([
  ['', 'default'],
  ['default', 'default'],
  ['mqtt', 'mqtt'],
]);

/** What a client token is to say (rest.md 5.10). */
export class ClientTokenParameters extends HubParameters {
  /** An empty one is none. */
  @IsString()
  readonly userId: string;

  @IsString({ each: true })
  readonly role: readonly string[];

  @IsGroup({ each: true })
  readonly group: readonly string[];

  @IsOptionalInteger(1, MAX_MINUTES)
  readonly minutesToExpire: string;

  @IsAccepted((value) => CLIENT_PROTOCOLS.has(value.toLowerCase()))
  readonly clientType: string;

  constructor(input: OperationInput) {
    super(input);
    const { query } = input;
    this.userId = query.first('userId') ?? '';
    this.role = query.all('role');
    this.group = query.all('group');
    this.minutesToExpire = query.first('minutesToExpire') ?? '';
    this.clientType = query.first('clientType') ?? '';
  }

  get options(): ClientTokenOptions {
    const { userId, role, group, minutesToExpire, clientType } = this;
    return {
      ...(userId !== '' && { userId }),
      roles: [...role],
      groups: [...group],
      ...(minutesToExpire !== '' && { expirationTimeInMinutes: Number(minutesToExpire) }),
      clientProtocol: CLIENT_PROTOCOLS.get(clientType.toLowerCase()),
    };
  }
}
