import { API_VERSIONS, isApiVersion, profileOf } from '../../../lib/rest/api-version.js';

describe('profileOf (rest.md 12.2)', () => {
  it.each(API_VERSIONS)('%s follows the table', (version) => {
    const isFirst = version === '2020-10-01' || version === '2021-01-01';
    expect(profileOf(version)).toEqual({
      removalStatus: version < '2021-10' ? 200 : 204,
      removalNeedsConnection: isFirst,
      remembersUserGroups: isFirst,
      permissionTargetIsOptional: isFirst || version === '2021-05-01-preview',
    });
  });
});

describe('isApiVersion', () => {
  it('knows the ten versions and no other text', () => {
    expect(API_VERSIONS).toHaveLength(10);
    expect(API_VERSIONS.every(isApiVersion)).toBe(true);
    expect(['', '2020-10-1', '2024-12-01 ', 'toString', '__proto__'].some(isApiVersion)).toBe(
      false,
    );
  });
});
