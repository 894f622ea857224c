import type { GroupMemberPage, PageOptions } from '../../../lib/drivers/hub-driver.interface.js';
import { ConnectionList, type ConnectionPage } from '../../../lib/hub/connection.list.js';
import type { ListConnectionsOptions } from '../../../lib/drivers/operations/hub.operations.js';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
let asked: PageOptions[] = [];

/** A group of seven, as a driver pages through it. */
async function fetchPage(page: PageOptions): Promise<GroupMemberPage> {
  asked.push(page);
  const { continuationToken = '', maxPageSize = 200, top = Infinity } = page;
  const left = IDS.filter((id) => id > continuationToken);
  const ids = left.slice(0, Math.min(maxPageSize, top));
  const isLast = ids.length === left.length || ids.length === top;
  return await Promise.resolve({
    members: ids.map((connectionId) => ({ connectionId })),
    continuationToken: isLast ? undefined : ids.at(-1),
  });
}

function list(options: ListConnectionsOptions = {}): ConnectionList {
  return new ConnectionList(fetchPage, options);
}

const idsOf = (page: ConnectionPage): string =>
  page.map(({ connectionId }) => connectionId).join('');

async function pagesOf(pages: AsyncIterable<ConnectionPage>): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages) found.push(idsOf(page));
  return found;
}

beforeEach(() => {
  asked = [];
});

describe('a list of connections', () => {
  it.each<[ListConnectionsOptions, string, number]>([
    [{}, 'abcdefg', 1],
    [{ maxPageSize: 3 }, 'abcdefg', 3],
    [{ maxPageSize: 3, top: 5 }, 'abcde', 2],
    [{ maxPageSize: 3, top: 3 }, 'abc', 1],
    [{ continuationToken: 'e' }, 'fg', 1],
  ])('made with %j gives each once', async (options, ids, requests) => {
    const found: string[] = [];
    for await (const { connectionId } of list(options)) found.push(connectionId);
    expect(found.join('')).toBe(ids);
    expect(asked).toHaveLength(requests);
  });

  it('asks for nothing before it is iterated, and for nothing after that', async () => {
    const connections = list({ maxPageSize: 2 });
    expect(asked).toEqual([]);
    for await (const { connectionId } of connections) if (connectionId === 'b') break;
    expect(await connections.next()).toEqual({ done: true, value: undefined });
    expect(asked).toEqual([{ maxPageSize: 2 }]);
  });

  it('fails where a page fails', async () => {
    const connections = new ConnectionList(() => Promise.reject(new Error('link down')), {});
    await expect(connections.next()).rejects.toThrow('link down');
  });

  it('stops at the page before which its caller gives up', async () => {
    const abort = new AbortController();
    const pages = list({ maxPageSize: 3, abortSignal: abort.signal }).byPage();
    await pages.next();
    abort.abort();
    await expect(pages.next()).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toHaveLength(1);
  });

  it('does not walk in circles behind a driver that does', async () => {
    const circle = async (): Promise<GroupMemberPage> =>
      await Promise.resolve({ members: [], continuationToken: 'again' });
    await expect(pagesOf(new ConnectionList(circle, {}).byPage())).rejects.toMatchObject({
      name: 'WebPubSubError',
      statusCode: 503,
    });
  });
});

describe('a list of connections by page', () => {
  it.each<[ListConnectionsOptions, ListConnectionsOptions, string[]]>([
    [{}, {}, ['abcdefg']],
    [{}, { maxPageSize: 3 }, ['abc', 'def', 'g']],
    [{ maxPageSize: 7 }, { maxPageSize: 4 }, ['abcd', 'efg']],
    [{ top: 5 }, { maxPageSize: 3 }, ['abc', 'de']],
    [{ top: 3 }, { continuationToken: 'b' }, ['cde']],
  ])('of %j, told %j, gives %j', async (options, settings, pages) => {
    expect(await pagesOf(list(options).byPage(settings))).toEqual(pages);
  });

  it('tells where the next page begins, on every page but the last', async () => {
    const tokens: (string | undefined)[] = [];
    for await (const page of list().byPage({ maxPageSize: 3 })) tokens.push(page.continuationToken);
    expect(tokens).toEqual(['c', 'f', undefined]);
  });

  it('refuses settings out of range', async () => {
    await expect(list().byPage({ maxPageSize: 201 }).next()).rejects.toMatchObject({
      statusCode: 400,
      target: 'maxPageSize',
    });
  });
});
