import { IsOptional, IsString } from 'class-validator';
import type { CloseManyOptions } from '../../drivers/hub-driver.interface.js';
import type { QueryParameters } from '../query-parameters.js';

/** What the query of closing many connections may say (rest.md 5.5). */
export class CloseQuery {
  /** Connection ids, compared as they are. */
  @IsString({ each: true })
  readonly excluded: readonly string[];

  /** Shown to the clients; an empty one is none. */
  @IsOptional()
  @IsString()
  readonly reason: string | undefined;

  constructor(query: QueryParameters) {
    this.excluded = query.all('excluded');
    this.reason = query.first('reason') || undefined;
  }

  get options(): CloseManyOptions {
    return { excluded: this.excluded, reason: this.reason };
  }
}
