import { SURFACES } from '../../support/platforms.js';
import { badRequest, done, invalid, plain, UNSUPPORTED } from './answers.js';
import { fromGroup, json, text, useScene } from './scene.js';
import type { WireClient } from '../../support/wire.client.js';

const INVALID_NAME =
  'Invalid group name. Valid group name should be in between 1 and 1024 characters long.';
const ACTIONS = ['/:addToGroups', '/:removeFromGroups'];
const NO_REQUEST = badRequest('The request body is not a valid groups request.');
const NO_NAMES = invalid('Groups', INVALID_NAME);

describe.each(SURFACES)('membership of many on %s', (platform) => {
  const scene = useScene(platform, { module: { limits: { groupsPerConnection: 3 } } });

  /** Which of these groups a JSON client is in, by what it hears. */
  async function groupsOf(client: WireClient, ...groups: readonly string[]): Promise<string[]> {
    for (const group of groups) await scene().call('POST', `/groups/${group}/:send`, text('x'));
    const heard = await scene().heard(client);
    return groups.filter((group) => heard.includes(fromGroup(group, 'x')));
  }

  it('E14 adds who matches to all the groups', async () => {
    const { J1, W3 } = await scene().cast({ J1: {}, W3: {} });
    const body = json(`{"groups":["g1","g2"],"filter":"userId eq 'u1'"}`);
    expect(await scene().call('POST', '/:addToGroups', body)).toEqual(done(200));
    expect(await groupsOf(J1, 'g1', 'g2')).toEqual(['g1', 'g2']);
    expect(await scene().heard(W3)).toEqual([]);
  });

  it.each([
    '{"groups":["g1"]}',
    '{"groups":["g1"],"filter":null}',
    '{"groups":["g1"],"filter":""}',
    '{"GROUPS":["g1"],"Filter":"","more":[1]}',
  ])('E15 adds everybody with %s', async (body) => {
    const { J1, W3 } = await scene().cast({ J1: {}, W3: {} });
    await scene().cast({ J2: { hub: 'other' } });
    expect(await scene().call('POST', '/:addToGroups', json(body))).toEqual(done(200));
    expect(await groupsOf(J1, 'g1')).toEqual(['g1']);
    expect(await scene().heard(W3)).toEqual(['x']);
    expect(await scene().status('HEAD', '/api/hubs/other/groups/g1')).toBe(404);
  });

  it.each(ACTIONS)('E16 is done where nobody matches, at %s', async (action) => {
    await scene().cast({ J1: {} });
    const body = json(`{"groups":["g1"],"filter":"userId eq 'nobody'"}`);
    expect(await scene().call('POST', action, body)).toEqual(done(200));
    expect(await scene().status('HEAD', '/groups/g1')).toBe(404);
  });

  it('E17 takes who matches out of the groups', async () => {
    const { J1 } = await scene().cast({ J1: { groups: ['g1', 'g2'] } });
    const body = json(`{"groups":["g1","g9"],"filter":"'g1' in groups"}`);
    expect(await scene().call('POST', '/:removeFromGroups', body)).toEqual(done(200));
    expect(await groupsOf(J1, 'g1', 'g2')).toEqual(['g2']);
  });

  it('E18 chooses before it changes', async () => {
    await scene().cast({ J1: {} });
    const body = json(`{"groups":["g1","g2"],"filter":"'g1' in groups"}`);
    expect(await scene().call('POST', '/:addToGroups', body)).toEqual(done(200));
    for (const group of ['g1', 'g2']) {
      expect(await scene().status('HEAD', `/groups/${group}`)).toBe(404);
    }
  });

  describe.each(ACTIONS)('at %s', (action) => {
    /** The answer to a body, with J1 in g0 alone before and after. */
    async function refusal(call: Parameters<typeof json>[0] | ReturnType<typeof json>) {
      const { J1 } = await scene().cast({ J1: { groups: ['g0'] } });
      const request = typeof call === 'string' || Buffer.isBuffer(call) ? json(call) : call;
      const answer = await scene().call('POST', action, request);
      expect(await groupsOf(J1, 'g0', 'g1', 'g')).toEqual(['g0']);
      return answer;
    }

    it('E19 refuses a filter that is none', async () => {
      expect(await refusal('{"groups":["g1","g0"],"filter":"invalid filter"}')).toEqual(
        invalid(
          'Filter',
          "Invalid syntax for 'invalid filter': Syntax error at position 14 in 'invalid filter'. (Parameter 'filter')",
        ),
      );
    });

    it.each(['{}', '{"groups":null}', '{"groups":[]}', '{"groups":[],"filter":""}'])(
      'E20 needs groups in %s',
      async (body) => {
        expect(await refusal(body)).toEqual(NO_NAMES);
      },
    );

    it.each([
      ...['', '{', 'null', '[]', '42', '{"groups":"g"}', '{"groups":{}}', '{"groups":[42]}'].map(
        (body) => ({ body, answer: NO_REQUEST }),
      ),
      ...['{"groups":[true]}', '{"groups":[["g"]]}', '\ufeff{"groups":["g"]}', '"g"'].map(
        (body) => ({
          body,
          answer: NO_REQUEST,
        }),
      ),
      ...['[null]', '[""]', '[" "]', `["${'g'.repeat(1025)}"]`, '["g1",""]', '["g1",null]'].map(
        (groups) => ({ body: `{"groups":${groups}}`, answer: NO_NAMES }),
      ),
    ])('E21 refuses $body', async ({ body, answer }) => {
      expect(await refusal(body)).toEqual(answer);
    });

    it.each([
      ...['42', '{}', '[]', 'false'].map((filter) => ({ filter, answer: NO_REQUEST })),
      { filter: '" "', answer: invalid('Filter') },
    ])('E22 refuses the filter $filter', async ({ filter, answer }) => {
      expect(await refusal(`{"groups":["g1"],"filter":${filter}}`)).toEqual(answer);
    });

    it('E22 tells of the groups first, and of both', async () => {
      const { body } = await refusal('{"groups":[],"filter":"not"}');
      const { target, errors } = JSON.parse(body) as { target: string; errors: object };
      expect(target).toBe('Groups');
      expect(Object.keys(errors)).toEqual(['Groups', 'Filter']);
    });

    it.each([
      { type: 'text/plain' },
      { type: 'application/octet-stream' },
      { type: 'application/json; charset=nonsense' },
      { type: undefined },
    ])('E23 refuses the type $type', async ({ type }) => {
      const headers = type === undefined ? {} : { 'content-type': type };
      const answer = await refusal({ headers, body: '{"groups":["g1"]}' });
      expect(answer).toMatchObject(UNSUPPORTED);
    });

    it('8 refuses a body that is too long, announced or not', async () => {
      const name = 'g'.repeat(1024 * 1024);
      const headers = { 'content-type': 'application/json' };
      for (const body of [`["${name}"]`, ['["', name, '"]']]) {
        expect(await refusal({ headers, body })).toEqual(badRequest());
      }
    });

    it('refuses what is nested without an end', async () => {
      const depth = 100_000;
      const body = `{"groups":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      expect(await refusal(body)).toEqual(NO_REQUEST);
    });
  });

  it('E24 takes a name twice', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    const body = json('{"groups":["g1","g1"]}');
    expect(await scene().call('POST', '/:addToGroups', body)).toEqual(done(200));
    expect(await groupsOf(J1, 'g1')).toEqual(['g1']);
    expect(await scene().call('POST', '/:removeFromGroups', body)).toEqual(done(200));
    expect(await groupsOf(J1, 'g1')).toEqual([]);
  });

  it('5.8 takes any number of names out', async () => {
    const { J1 } = await scene().cast({ J1: { groups: ['g1', 'g2'] } });
    const groups = Array.from({ length: 20_000 }, (_, index) => `g${index + 2}`);
    const body = json(JSON.stringify({ groups }));
    expect(await scene().call('POST', '/:removeFromGroups', body)).toEqual(done(200));
    expect(await groupsOf(J1, 'g1', 'g2')).toEqual(['g1']);
  });

  it('leaves out who has no room, and says so', async () => {
    const { J1, J2 } = await scene().cast({ J1: { groups: ['a', 'b', 'c'] }, J2: {} });
    const conflict = plain(409, { code: 'Error.Connection.Conflict', target: 'Connection' });
    const body = json('{"groups":["g1"]}');
    expect(await scene().call('POST', '/:addToGroups', body)).toEqual(conflict);
    expect(await groupsOf(J1, 'g1')).toEqual([]);
    expect(await groupsOf(J2, 'g1')).toEqual(['g1']);
  });
});
