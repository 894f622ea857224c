import { decodeState, encodeState } from '../../../lib/events/connection-state.js';

describe('connection state (events.md 2.8.7)', () => {
  it.each([
    [{ calledTime: 1, name: 'ana' }, 'eyJjYWxsZWRUaW1lIjoxLCJuYW1lIjoiYW5hIn0='],
    [{ lang: '日本' }, 'eyJsYW5nIjoi5pel5pysIn0='],
    [{}, 'e30='],
    [{ a: 1 }, 'eyJhIjoxfQ=='],
    [{ a: 1, b: [1, 2] }, 'eyJhIjoxLCJiIjpbMSwyXX0='],
  ])('writes and reads %j as the JavaScript SDK does', (state, text) => {
    expect(encodeState(state)).toBe(text);
    expect({ ...decodeState(text) }).toEqual(state);
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['no base64', '{"a":1}'],
    ['no JSON', Buffer.from('{oops').toString('base64')],
    ['a list', Buffer.from('[1]').toString('base64')],
    ['a number', Buffer.from('1').toString('base64')],
    ['null', Buffer.from('null').toString('base64')],
  ])('reads %s as no state (R15)', (_case, text) => {
    expect({ ...decodeState(text) }).toEqual({});
  });

  it('takes __proto__ for a name like any other', () => {
    const text = Buffer.from('{"__proto__":{"x":1}}').toString('base64');
    const state = decodeState(text);
    expect(Object.keys(state)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(encodeState(state)).toBe(text);
  });

  it('writes up to 8 KiB and no more (2.8.10)', () => {
    const largest = { s: 'x'.repeat(6144 - '{"s":""}'.length) };
    expect(encodeState(largest)).toHaveLength(8192);
    expect(() => encodeState({ s: `${largest.s}x` })).toThrow(/8196 bytes; 8192 is the most/);
  });
});
