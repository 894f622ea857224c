import { SURFACES } from '../../support/platforms.js';
import { ReliableClient } from '../../support/reliable.client.js';
import { invalid, SUPPORTED } from './answers.js';
import { useScene } from './scene.js';

interface Page {
  readonly value: readonly { readonly connectionId: string; readonly userId: string | null }[];
  readonly nextLink?: string;
}

const JSON_PAGE = { status: 200, type: 'application/json; charset=utf-8', versions: SUPPORTED };

describe.each(SURFACES)('listing the connections of a group on %s', (platform) => {
  const scene = useScene(platform);
  const list = '/groups/g1/connections';

  /** So many members of g1, by id. */
  async function members(count: number): Promise<string[]> {
    const { stage } = scene();
    const clients = await Promise.all(
      Array.from({ length: count }, async () => await stage.json({ groups: ['g1'] })),
    );
    return clients.map(({ id }) => id).toSorted((a, b) => (a < b ? -1 : 1));
  }

  async function page(operation: string): Promise<Page> {
    const { body, ...answer } = await scene().call('GET', operation);
    expect(answer).toEqual(JSON_PAGE);
    return JSON.parse(body) as Page;
  }

  /** The page at a link, as it is. */
  async function follow(link: string | undefined): Promise<Page> {
    const { origin, pathname, search } = new URL(link ?? '');
    expect(origin).toBe(scene().stage.url);
    const answer = await scene().rest.call('GET', pathname + search);
    expect(answer.status).toBe(200);
    return JSON.parse(answer.body.toString()) as Page;
  }

  const ids = ({ value }: Page): string[] => value.map(({ connectionId }) => connectionId);

  it('I1 lists users, and null for who has none', async () => {
    const groups = ['g1'];
    const { J1, W3 } = await scene().cast({ J1: { groups }, J2: {}, W3: { groups } });
    const { value, ...others } = await page(list);
    expect(others).toEqual({});
    expect(value).toHaveLength(2);
    expect(value).toContainEqual({ connectionId: J1.id, userId: 'u1' });
    expect(value).toContainEqual({ connectionId: W3.id, userId: null });
  });

  it('I2 lists nobody', async () => {
    const { body, ...answer } = await scene().call('GET', '/groups/g9/connections');
    expect(answer).toEqual(JSON_PAGE);
    expect(body).toBe('{"value":[]}');
  });

  it('I3 lists page by page', async () => {
    const all = await members(7);
    const first = await page(`${list}?maxpagesize=3`);
    expect(first.nextLink).toBe(
      `${scene().stage.url}/api/hubs/chat${list}?maxpagesize=3&continuationToken=${all[2]}&api-version=2024-12-01`,
    );
    const second = await follow(first.nextLink);
    const third = await follow(second.nextLink);
    expect([ids(first), ids(second), ids(third)]).toEqual([
      all.slice(0, 3),
      all.slice(3, 6),
      all.slice(6),
    ]);
    expect(third).not.toHaveProperty('nextLink');
  });

  it('I4 lists no more than the top', async () => {
    const all = await members(7);
    const first = await page(`${list}?top=5&maxpagesize=3`);
    expect(new URL(first.nextLink ?? '').search).toBe(
      `?top=2&maxpagesize=3&continuationToken=${all[2]}&api-version=2024-12-01`,
    );
    const second = await follow(first.nextLink);
    expect([ids(first), ids(second)]).toEqual([all.slice(0, 3), all.slice(3, 5)]);
    expect(second).not.toHaveProperty('nextLink');
  });

  it('I5 links to nothing once the top is reached', async () => {
    const all = await members(7);
    const first = await page(`${list}?top=3&maxpagesize=3`);
    expect(first).not.toHaveProperty('nextLink');
    expect(ids(first)).toEqual(all.slice(0, 3));
  });

  it('I6 puts 200 on a page', async () => {
    const all = await members(201);
    const first = await page(list);
    expect(ids(first)).toEqual(all.slice(0, 200));
    expect(ids(await follow(first.nextLink))).toEqual(all.slice(200));
  });

  it.each([
    ...['0', '-1', '201', '1.5', 'abc', '', '3&maxpagesize=3'].map((value) => ({
      name: 'maxpagesize',
      value,
    })),
    ...['0', '-1', '2147483648', 'abc', '', '3&top=3'].map((value) => ({ name: 'top', value })),
  ])('I7 refuses $name=$value', async ({ name, value }) => {
    expect(await scene().call('GET', `${list}?${name}=${value}`)).toEqual(invalid(name));
  });

  it.each(['maxpagesize=1', 'maxpagesize=200', 'top=1', 'top=2147483647'])(
    'I7 takes %s',
    async (query) => {
      const [id] = await members(1);
      expect(ids(await page(`${list}?${query}`))).toEqual([id]);
    },
  );

  it('I8 needs a token for the next page', async () => {
    await members(2);
    const { nextLink } = await page(`${list}?maxpagesize=1`);
    const { pathname, search } = new URL(nextLink ?? '');
    const answer = await scene().rest.call('GET', pathname + search, { token: null });
    expect(answer.status).toBe(401);
  });

  it.each(['', '%20', 'a&continuationToken=b', 'x'.repeat(2049)])(
    'I9 refuses continuationToken=%s',
    async (value) => {
      expect(await scene().call('GET', `${list}?continuationToken=${value}`)).toEqual(
        invalid('continuationToken'),
      );
    },
  );

  it('I9 takes any other text for a position', async () => {
    const all = await members(2);
    expect(ids(await page(`${list}?continuationToken=!`))).toEqual(all);
    expect(ids(await page(`${list}?continuationToken=${'~'.repeat(2048)}`))).toEqual([]);
  });

  it('I10 goes on where a member was that has left', async () => {
    const all = await members(4);
    const first = await page(`${list}?maxpagesize=2`);
    await scene().call('DELETE', `${list}/${all[1]}`);
    expect(ids(await follow(first.nextLink))).toEqual(all.slice(2));
  });

  it('I11 lists who is detached', async () => {
    const R = await ReliableClient.connect(scene().stage, { userId: 'rob', groups: ['g1'] });
    await R.cut();
    expect(await page(list)).toEqual({ value: [{ connectionId: R.id, userId: 'rob' }] });
    await scene().call('DELETE', `/connections/${R.id}`);
  });

  it('12.2 lists under every version, and stays with it', async () => {
    await members(2);
    for (const version of ['2020-10-01', '2021-05-01-preview', '2024-01-01', null]) {
      const { status, body } = await scene().call('GET', `${list}?maxpagesize=1`, { version });
      expect(status).toBe(200);
      const { nextLink } = JSON.parse(body) as Page;
      expect(new URL(nextLink ?? '').searchParams.get('api-version')).toBe(version ?? '2020-10-01');
    }
  });

  it('4 has no HEAD', async () => {
    expect(await scene().status('HEAD', list)).toBe(405);
  });
});
