import {
  decodePath,
  decodeSegment,
  segmentsOf,
  splitTarget,
} from '../../../lib/http/request-target.js';

describe('splitTarget', () => {
  it.each([
    ['/a/b', '/a/b', ''],
    ['/a?x=1?y', '/a', 'x=1?y'],
    ['/a?', '/a', ''],
    ['', '', ''],
    ['*', '*', ''],
    ['http://host:80/a?x', '/a', 'x'],
    ['HTTPS://host/a', '/a', ''],
    ['http://host', '/', ''],
    ['http://host?x/y', '/', 'x/y'],
    ['ftp://host/a', 'ftp://host/a', ''],
    ['//host/a', '//host/a', ''],
  ])('takes %s apart', (target, path, query) => {
    expect(splitTarget(target)).toEqual({ path, query });
  });
});

describe('segmentsOf', () => {
  it.each([
    ['/a/b', ['a', 'b']],
    ['/a/b/', ['a', 'b']],
    ['/a/b//', ['a', 'b', '']],
    ['/a//b', ['a', '', 'b']],
    ['/', ['']],
  ])('tolerates one slash at the end of %s', (path, segments) => {
    expect(segmentsOf(path)).toEqual(segments);
  });
});

describe('decodeSegment', () => {
  it.each([
    ['a%20b', 'a b'],
    ['a+b', 'a+b'],
    ['a%2Fb', 'a%2Fb'],
    ['a%2fb', 'a%2fb'],
    ['a%252Fb', 'a%2Fb'],
    ['%25', '%'],
    ['%C3%A9', 'é'],
    ['%', undefined],
    ['%2', undefined],
    ['%zz', undefined],
    ['%C3', undefined],
    ['%ED%A0%80', undefined],
  ])('makes of %s %j', (segment, decoded) => {
    expect(decodeSegment(segment)).toBe(decoded);
  });
});

describe('decodePath', () => {
  it('leaves the slashes where they are', () => {
    expect(decodePath('/a%20b/c%2Fd/%5B/')).toBe('/a b/c%2Fd/[/');
  });

  it('gives up on a broken escape', () => {
    expect(decodePath('/a/%/b')).toBeUndefined();
  });
});
