import { Inject, Injectable } from '@nestjs/common';
import type { GroupMemberPage, PageOptions } from '../drivers/hub-driver.interface.js';
import { type PlatformRequest, rawRequest } from '../http/raw-exchange.js';
import { splitTarget } from '../http/request-target.js';
import { requestHosts, requestScheme } from './request-hosts.js';
import { RestRequest } from './rest-request.js';
import { REST_SETTINGS, type RestSettings } from './rest.settings.js';

/** One page of the members of a group, as it is answered. */
export interface GroupMembersAnswer {
  readonly value: readonly { readonly connectionId: string; readonly userId: string | null }[];
  /** Where the next page is; absent on the last one. */
  readonly nextLink?: string;
}

/** Writes pages of members, with links that lead from one to the next (rest.md 10). */
@Injectable()
export class GroupMembersAnswers {
  constructor(@Inject(REST_SETTINGS) private readonly settings: RestSettings) {}

  /** @param asked what the caller said about the page */
  answer(
    request: PlatformRequest,
    asked: PageOptions,
    { members, continuationToken }: GroupMemberPage,
  ): GroupMembersAnswer {
    const value = members.map(({ connectionId, userId }) => ({
      connectionId,
      userId: userId ?? null,
    }));
    if (continuationToken === undefined) return { value };
    const top = asked.top === undefined ? undefined : asked.top - members.length;
    return { value, nextLink: this.#link(request, { ...asked, top, continuationToken }) };
  }

  /** The URL of the request itself with another query, whose parameters have a set order. */
  #link(
    platformRequest: PlatformRequest,
    { top, maxPageSize, continuationToken }: PageOptions,
  ): string {
    const request = rawRequest(platformRequest);
    const { target, query } = RestRequest.of(platformRequest);
    const version = query.first('api-version') ?? this.settings.defaultApiVersion;
    const parameters = [
      ['top', top],
      ['maxpagesize', maxPageSize],
      ['continuationToken', continuationToken],
      ['api-version', version],
    ]
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${String(name)}=${encodeURIComponent(String(value))}`);
    const [host = ''] = requestHosts(request, this.settings);
    const scheme = requestScheme(request, this.settings);
    return `${scheme}://${host}${splitTarget(target).path}?${parameters.join('&')}`;
  }
}
