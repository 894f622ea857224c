import { claimLists, groupsOf, rolesOf, userIdOf } from '../../../lib/auth/claims.js';

const LONG_ROLE = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role';

describe('userIdOf', () => {
  it.each([
    ['a string', { sub: 'ana' }, 'ana'],
    ['a space', { sub: ' ' }, ' '],
    ['nothing', {}, undefined],
    ['the empty string', { sub: '' }, undefined],
    ['a number', { sub: 1 }, undefined],
    ['null', { sub: null }, undefined],
    ['a list', { sub: ['ana'] }, undefined],
  ])('reads %s', (_what, claims, userId) => {
    expect(userIdOf(claims)).toBe(userId);
  });
});

describe('rolesOf', () => {
  it.each([
    ['a string', { role: 'a' }, ['a']],
    ['a list', { role: ['a', 'b'] }, ['a', 'b']],
    ['the long name', { [LONG_ROLE]: ['a'] }, ['a']],
    ['both names', { [LONG_ROLE]: 'b', role: 'a' }, ['a', 'b']],
    ['a string with a comma, which is one role', { role: 'a,b' }, ['a,b']],
    ['strings among others', { role: ['a', 1, null, {}, ['b'], true] }, ['a']],
    ['a number', { role: 1 }, []],
    ['null', { role: null }, []],
    ['an object', { role: { a: 'b' } }, []],
    ['nothing', {}, []],
    ['another case of the name', { Role: 'a' }, []],
  ])('reads %s', (_what, claims, roles) => {
    expect(rolesOf(claims)).toEqual(roles);
  });
});

describe('groupsOf', () => {
  it.each([
    ['a string', { 'webpubsub.group': 'a' }, ['a']],
    ['a list', { 'webpubsub.group': ['a', 'b'] }, ['a', 'b']],
    ['a name of one space, for the caller to refuse (B28)', { 'webpubsub.group': [' '] }, [' ']],
    [
      'others among strings, as invalid names',
      { 'webpubsub.group': ['a', 1, null, {}] },
      ['a', '', '', ''],
    ],
    ['a number, as an invalid name', { 'webpubsub.group': 1 }, ['']],
    ['an object, as an invalid name', { 'webpubsub.group': { a: 1 } }, ['']],
    ['a list in a list, as an invalid name', { 'webpubsub.group': [['a']] }, ['']],
    ['the empty string', { 'webpubsub.group': '' }, ['']],
    ['null, as none', { 'webpubsub.group': null }, []],
    ['an empty list', { 'webpubsub.group': [] }, []],
    ['nothing', {}, []],
    ['the name of the MQTT page', { group: 'a' }, []],
  ])('reads %s', (_what, claims, groups) => {
    expect(groupsOf(claims)).toEqual(groups);
  });
});

describe('claimLists', () => {
  it('makes a list of strings of every claim', () => {
    const claims = {
      sub: 'ana',
      role: ['a', 'b'],
      exp: 1935741600,
      admin: true,
      nothing: null,
      empty: [],
      address: { city: 'Oslo' },
      mixed: [1, 'x', [2], null],
    };
    expect({ ...claimLists(claims) }).toEqual({
      sub: ['ana'],
      role: ['a', 'b'],
      exp: ['1935741600'],
      admin: ['true'],
      nothing: ['null'],
      empty: [],
      address: ['{"city":"Oslo"}'],
      mixed: ['1', 'x', '[2]', 'null'],
    });
  });

  it('carries a claim named __proto__ as data', () => {
    const claims = JSON.parse('{"__proto__":{"role":"a"},"constructor":"x"}') as object;
    const lists = claimLists({ ...claims });
    expect(Object.getPrototypeOf(lists)).toBeNull();
    expect(Object.entries(lists)).toEqual([
      ['__proto__', ['{"role":"a"}']],
      ['constructor', ['x']],
    ]);
    expect(lists['role']).toBeUndefined();
  });

  it('survives a claim nested too deep to be written', () => {
    const depth = 100_000;
    const deep: unknown = JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
    expect(claimLists({ deep: { deep }, sub: 'ana' })).toEqual({ deep: [''], sub: ['ana'] });
  });
});
