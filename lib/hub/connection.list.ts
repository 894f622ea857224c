import type { GroupMember, GroupMemberPage, PageOptions } from '../drivers/hub-driver.interface.js';
import type { ListConnectionsOptions } from '../drivers/operations/hub.operations.js';
import { serviceErrors } from '../errors/service-errors.js';
import { checkSignal, toPageOptions } from './argument.checks.js';

/** A page of the connections of a group: an array that knows where the next one begins. */
export interface ConnectionPage extends Array<GroupMember> {
  /** Absent on the last page. */
  continuationToken?: string;
}

/** Which pages {@link ConnectionList.byPage} gives. */
export type ConnectionPageSettings = Pick<
  ListConnectionsOptions,
  'continuationToken' | 'maxPageSize'
>;

/**
 * The connections of a group, fetched page by page while they are iterated: one after the other, or
 * with {@link ConnectionList.byPage} a page at a time. As a `PagedAsyncIterableIterator` of the Azure
 * SDKs it can be iterated once.
 *
 * @example
 * ```ts
 * for await (const { connectionId, userId } of await chat.listConnectionsInGroup('lobby')) {
 *   console.log(connectionId, userId ?? 'anonymous');
 * }
 * ```
 */
export class ConnectionList implements AsyncIterableIterator<GroupMember> {
  readonly #connections: AsyncGenerator<GroupMember>;

  /** @internal */
  constructor(
    private readonly fetchPage: (page: PageOptions) => Promise<GroupMemberPage>,
    private readonly options: ListConnectionsOptions,
  ) {
    this.#connections = each(this.byPage());
  }

  /** The list itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next connection. */
  async next(): Promise<IteratorResult<GroupMember>> {
    return await this.#connections.next();
  }

  /** Ends the iteration; no further page is fetched. */
  async return(): Promise<IteratorResult<GroupMember>> {
    return await this.#connections.return(undefined);
  }

  /**
   * The pages, each an array.
   *
   * @param settings instead of those that the list was made with
   * @example
   * ```ts
   * const list = await chat.listConnectionsInGroup('lobby');
   * for await (const page of list.byPage({ maxPageSize: 50 })) console.log(page.length);
   * ```
   */
  async *byPage(settings: ConnectionPageSettings = {}): AsyncGenerator<ConnectionPage, void> {
    let wanted = { ...toPageOptions(this.options), ...toPageOptions(settings) };
    for (;;) {
      checkSignal(this.options);
      const { members, continuationToken } = await this.fetchPage(wanted);
      const page: ConnectionPage = [...members];
      if (continuationToken === undefined) {
        yield page;
        return;
      }
      if (continuationToken === wanted.continuationToken) {
        throw serviceErrors.unavailable('The service answered the same page of the group again.');
      }
      yield Object.assign(page, { continuationToken });
      const top = wanted.top === undefined ? undefined : wanted.top - members.length;
      if (top !== undefined && top <= 0) return;
      wanted = { ...wanted, top, continuationToken };
    }
  }
}

async function* each(pages: AsyncIterable<ConnectionPage>): AsyncGenerator<GroupMember> {
  for await (const page of pages) yield* page;
}
