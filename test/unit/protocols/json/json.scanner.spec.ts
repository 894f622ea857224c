import { ProtocolViolation } from '../../../../lib/engine/ports/client-protocol.interface.js';
import { scanMembers } from '../../../../lib/protocols/json/json.scanner.js';

/** The members of an object, as pairs of what is written. */
function membersOf(json: string): string[][] {
  return Array.from(scanMembers(json), ({ name, value }) => [name, value]);
}

describe('scanMembers', () => {
  it.each<[string, string, string[][]]>([
    ['nothing', '{}', []],
    ['nothing between spaces', ' \t\r\n{ } ', []],
    [
      'members in order',
      '{"b":1,"a":2}',
      [
        ['"b"', '1'],
        ['"a"', '2'],
      ],
    ],
    [
      'repeated members',
      '{"a":1,"a":2}',
      [
        ['"a"', '1'],
        ['"a"', '2'],
      ],
    ],
    ['a name with an escape, as written', '{"\\u0061":1}', [['"\\u0061"', '1']]],
    ['a name that is a quote', '{"\\"":1}', [['"\\""', '1']]],
    ['an empty name', '{"":1}', [['""', '1']]],
    ['__proto__', '{"__proto__":{"a":1}}', [['"__proto__"', '{"a":1}']]],
    ['white space outside of values only', '{ "a" : [ 1 , 2 ] }', [['"a"', '[ 1 , 2 ]']]],
    ['brackets in strings', '{"a":["]}",{"}]":"[{"}]}', [['"a"', '["]}",{"}]":"[{"}]']]],
    [
      'a backslash before the quote',
      '{"a":"\\\\","b":1}',
      [
        ['"a"', '"\\\\"'],
        ['"b"', '1'],
      ],
    ],
  ])('finds %s', (_what, json, members) => {
    expect(membersOf(json)).toEqual(members);
  });

  it.each(
    [
      ['0', '-0', '10', '1.50', '12345678901234567890.0', '1e5', '1E+5', '-1.5e-10', '1e400'],
      [
        '""',
        '"a"',
        '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
        '"\\uD800"',
        '"\\ud83d\\uDE00"',
        '"\u007f\u2028"',
      ],
      ['true', 'false', 'null', '[]', '[[],{}]', '{}', '{"a":{"b":[null]}}', '[1,"a",true]'],
    ].flat(),
  )('keeps %s as written', (value) => {
    expect(membersOf(`{"a":${value},"b":0}`)).toEqual([
      ['"a"', value],
      ['"b"', '0'],
    ]);
  });

  it.each(
    [
      ['', ' ', '[]', '"x"', '1', 'null', '{', '{]', '[}', '\ufeff{}', '{}x', '{} {}', '{},'],
      ['{a:1}', "{'a':1}", '{"a"}', '{"a":}', '{"a" 1}', '{"a":1,}', '{,"a":1}', '{"a":1 "b":2}'],
      ['{"a":1', '{"a":1}}', '{"a":1,"b"', '{"a":1]', '{"a', '{"a":"', '{1:1}', '{null:1}'],
    ].flat(),
  )('refuses %j', (json) => {
    expect(() => membersOf(json)).toThrow(ProtocolViolation);
  });

  it.each(
    [
      ['01', '-', '-a', '+1', '.5', '1.', '1.e5', '1e', '1e+', '0x1', '1a', 'NaN', 'Infinity'],
      [
        'True',
        'nul',
        'nulll',
        'undefined',
        "'a'",
        '"\n"',
        '"\u0000"',
        '"\\x"',
        '"\\u12"',
        '"\\u12g4"',
      ],
      [
        '[1,]',
        '[,1]',
        '[1 2]',
        '[1',
        '[1}',
        '{"a":1]',
        '{"a"}',
        '{"a":1,}',
        '[/**/]',
        '\u00a01',
        '"\\',
      ],
    ].flat(),
  )('refuses the value %j', (value) => {
    expect(() => membersOf(`{"a":${value}}`)).toThrow(ProtocolViolation);
  });

  it('says where it stumbled', () => {
    expect(() => membersOf('{"a":?}')).toThrow('at 5');
  });

  it.each([
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('walks over 1 MiB of nested %s in linear time, without a deep stack', (_what, open, close) => {
    const depth = Math.floor((1024 * 1024) / (open.length + close.length));
    const value = `${open.repeat(depth)}${open === '[' ? '' : '1'}${close.repeat(depth)}`;
    const start = performance.now();
    expect(membersOf(`{"a":${value}}`)[0]?.[1]).toHaveLength(value.length);
    expect(() => membersOf(`{"a":${open.repeat(depth * 2)}`)).toThrow(ProtocolViolation);
    // Some 30 ms; a quadratic walk takes minutes.
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
