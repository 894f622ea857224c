import { SURFACES } from '../../support/platforms.js';
import { done, invalid, UNSUPPORTED } from './answers.js';
import { fromGroup, fromServer, text, useScene } from './scene.js';

const TEXT = fromServer('text', '"x"');
const OF_U1 = encodeURIComponent("userId eq 'u1'");

describe.each(SURFACES)('filters of sends on %s', (platform) => {
  const scene = useScene(platform);

  it.each([
    { id: 'C22', operation: `/:send?filter=${OF_U1}`, J1: [TEXT], J2: [TEXT] },
    { id: 'C23', operation: `/:send?filter=${OF_U1}&excluded={c2}`, J1: [TEXT], J2: [] },
    {
      id: 'C30',
      operation: `/groups/g1/:send?filter=${OF_U1}`,
      J1: [fromGroup('g1', 'x')],
      J2: [],
    },
    {
      id: 'C31',
      operation: `/users/u1/:send?filter=${encodeURIComponent("not ('g1' in groups)")}`,
      J1: [],
      J2: [TEXT],
    },
    {
      id: '9.1',
      operation: `/:send?filter=${encodeURIComponent("PROTOCOL ne null and connectionId eq '")}{c2}'`,
      J1: [],
      J2: [TEXT],
    },
    { id: '9.3', operation: '/:send?filter=false', J1: [], J2: [] },
  ])('$id lets through who matches at $operation', async ({ operation, ...expected }) => {
    const groups = ['g1'];
    const { J1, J2, W3 } = await scene().cast({ J1: { groups }, J2: {}, W3: { groups } });
    expect(await scene().call('POST', operation, text('x'))).toEqual(done(202));
    expect(await scene().heard(J1)).toEqual(expected.J1);
    expect(await scene().heard(J2)).toEqual(expected.J2);
    expect(await scene().heard(W3)).toEqual([]);
  });

  it.each(['/:send', '/groups/g1/:send', '/users/u1/:send'])(
    'C24 refuses a filter that is none at %s',
    async (operation) => {
      const { J1 } = await scene().cast({ J1: { groups: ['g1'] } });
      const answer = await scene().call('POST', `${operation}?filter=invalid%20filter`, text('x'));
      expect(answer).toEqual(
        invalid(
          'filter',
          "Invalid syntax for 'invalid filter': Syntax error at position 14 in 'invalid filter'. (Parameter 'filter')",
        ),
      );
      expect(await scene().heard(J1)).toEqual([]);
    },
  );

  it('C25 takes an empty filter for none', async () => {
    const { J1, W3 } = await scene().cast({ J1: {}, W3: {} });
    expect(await scene().call('POST', '/:send?filter=', text('x'))).toEqual(done(202));
    expect(await scene().heard(J1)).toEqual([TEXT]);
    expect(await scene().heard(W3)).toEqual(['x']);
  });

  it.each([
    { id: '9.4', filter: "length(userId) gt 'a'" },
    { id: '9.4', filter: ' ' },
    { id: '9.2', filter: `${'('.repeat(200)}true${')'.repeat(200)}` },
    { id: '8.3', filter: "'$value$property{value}'" },
  ])('$id refuses the filter $filter', async ({ filter }) => {
    const { J1 } = await scene().cast({ J1: {} });
    const query = encodeURIComponent(filter);
    expect(await scene().call('POST', `/:send?filter=${query}`, text('x'))).toEqual(
      invalid('filter'),
    );
    expect(await scene().heard(J1)).toEqual([]);
  });

  it('4 looks at the filter before the type and the length of the body', async () => {
    const body = { headers: { 'content-type': 'text/html' }, body: 'x' };
    expect(await scene().call('POST', '/:send?filter=not', body)).toEqual(invalid('filter'));
    expect(await scene().call('POST', '/:send?filter=true', body)).toMatchObject(UNSUPPORTED);
    const long = text('x'.repeat(1024 * 1024 + 1));
    expect(await scene().call('POST', '/:send?filter=not', long)).toEqual(invalid('filter'));
  });

  it('3.1 knows no filter for one connection', async () => {
    const { J1 } = await scene().cast({ J1: {} });
    expect(await scene().call('POST', '/connections/{c1}/:send?filter=x', text('x'))).toEqual(
      done(202),
    );
    expect(await scene().heard(J1)).toEqual([TEXT]);
  });
});
