import { IsString } from 'class-validator';
import type { Metadata } from '../../engine/message.js';
import type { SendOptions } from '../../drivers/hub-driver.interface.js';
import type { QueryParameters } from '../query-parameters.js';
import { IsFilter, IsOptionalInteger } from './rules.js';

const MAX_TTL_SECONDS = 300;

/** What the query of every send may say (rest.md 5.2). */
export class SendQuery {
  @IsOptionalInteger(0, MAX_TTL_SECONDS)
  readonly messageTtlSeconds: string;

  constructor(query: QueryParameters) {
    this.messageTtlSeconds = query.first('messageTtlSeconds') ?? '';
  }

  optionsWith(metadata: Metadata | undefined): SendOptions {
    return { messageTtlSeconds: Number(this.messageTtlSeconds), metadata };
  }
}

/** What the query of a send to the connections of a user may say. */
export class FilteredSendQuery extends SendQuery {
  @IsFilter()
  readonly filter: string;

  constructor(query: QueryParameters) {
    super(query);
    this.filter = query.first('filter') ?? '';
  }

  override optionsWith(metadata: Metadata | undefined): SendOptions {
    const messageTtlSeconds = Number(this.messageTtlSeconds);
    return { messageTtlSeconds, filter: this.filter || undefined, metadata };
  }
}

/** What the query of a send to a hub or a group may say. */
export class SelectiveSendQuery extends FilteredSendQuery {
  /** Connection ids, compared as they are. */
  @IsString({ each: true })
  readonly excluded: readonly string[];

  constructor(query: QueryParameters) {
    super(query);
    this.excluded = query.all('excluded');
  }

  override optionsWith(metadata: Metadata | undefined): SendOptions {
    const messageTtlSeconds = Number(this.messageTtlSeconds);
    const filter = this.filter || undefined;
    return { messageTtlSeconds, filter, excluded: this.excluded, metadata };
  }
}
