import type { PageOptions } from '../../drivers/hub-driver.interface.js';
import { GroupParameters } from './groups.dto.js';
import type { OperationInput } from './operation-parameters.js';
import { IsContinuationToken, IsCount } from './rules.js';

const MAX_PAGE_SIZE = 200;
const MAX_TOP = 2 ** 31 - 1;

/** Which page of the members of a group is wanted (rest.md 10). */
export class GroupMembersParameters extends GroupParameters {
  @IsCount(1, MAX_PAGE_SIZE)
  readonly maxpagesize: readonly string[];

  @IsCount(1, MAX_TOP)
  readonly top: readonly string[];

  @IsContinuationToken()
  readonly continuationToken: readonly string[];

  constructor(input: OperationInput) {
    super(input);
    this.maxpagesize = input.query.all('maxpagesize');
    this.top = input.query.all('top');
    this.continuationToken = input.query.all('continuationToken');
  }

  get page(): PageOptions {
    const [maxPageSize] = this.maxpagesize.map(Number);
    const [top] = this.top.map(Number);
    const [continuationToken] = this.continuationToken;
    return {
      ...(maxPageSize !== undefined && { maxPageSize }),
      ...(top !== undefined && { top }),
      ...(continuationToken !== undefined && { continuationToken }),
    };
  }
}
