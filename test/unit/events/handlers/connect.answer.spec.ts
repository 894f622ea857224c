import { toAccepted } from '../../../../lib/events/handlers/answers/connect.answer.js';

const PLACE = 'ChatHub.in';

describe('the result of a handler of connect (events.md 5.2)', () => {
  it.each([[undefined], [null], [true]])('%p lets in with what the token says', (result) => {
    expect(toAccepted(result, undefined, PLACE)).toEqual({ accepted: true });
  });

  it.each([
    ['a user id', { userId: 'bo' }, { userId: 'bo' }],
    ['no user', { userId: '' }, { userId: '' }],
    ['groups', { groups: ['a', 'b'] }, { groups: ['a', 'b'] }],
    ['no groups, which keep those of the token', { groups: [] }, {}],
    ['roles', { roles: ['r'] }, { roles: ['r'] }],
    ['no roles, which take all away', { roles: [] }, { roles: [] }],
    ['a subprotocol', { subprotocol: 'x-own' }, { subprotocol: 'x-own' }],
    ['an empty subprotocol, which is none', { subprotocol: '' }, {}],
    ['a state', { state: { a: 1 } }, { state: 'eyJhIjoxfQ==' }],
    ['an empty state', { state: {} }, { state: 'e30=' }],
    ['nothing but null', { userId: null, groups: null, roles: null, state: null, mqtt: null }, {}],
    ['what nobody knows', { username: 'x' }, {}],
    [
      'user properties of MQTT',
      { mqtt: { userProperties: [{ name: 'a', value: 'b' }] } },
      { mqtt: { userProperties: [{ name: 'a', value: 'b' }] } },
    ],
  ])('takes %s', (_, result, accepted) => {
    expect(toAccepted(result, undefined, PLACE)).toEqual({ accepted: true, ...accepted });
  });

  it('takes the state that was set, unless the answer has one', () => {
    expect(toAccepted(undefined, 'S', PLACE)).toEqual({ accepted: true, state: 'S' });
    expect(toAccepted({}, 'S', PLACE)).toEqual({ accepted: true, state: 'S' });
    expect(toAccepted({ state: { a: 1 } }, 'S', PLACE)).toMatchObject({ state: 'eyJhIjoxfQ==' });
  });

  it.each([
    ['ok', /returned a string/],
    [7, /returned a number/],
    [['lobby'], /returned an array/],
    [{ userId: 7 }, /userId is a string/],
    [{ userId: ' ' }, /userId is a string/],
    [{ userId: 'x'.repeat(1025) }, /userId is a string/],
    [{ groups: 'lobby' }, /groups are names/],
    [{ groups: ['lobby', ' '] }, /groups are names/],
    [{ groups: ['x'.repeat(1025)] }, /groups are names/],
    [{ groups: [undefined] }, /groups are names/],
    [{ roles: [null] }, /roles are strings/],
    [{ roles: 'admin' }, /roles are strings/],
    [{ subprotocol: 1 }, /subprotocol is a string/],
    [{ state: 'text' }, /state is an object/],
    [{ state: [] }, /state is an object/],
    [{ mqtt: 1 }, /mqtt.userProperties/],
    [{ mqtt: { userProperties: [{ name: 'a' }] } }, /mqtt.userProperties/],
  ])('refuses %j, and says where', (result, message) => {
    const convert = (): unknown => toAccepted(result, undefined, PLACE);
    expect(convert).toThrow(message);
    expect(convert).toThrow('ChatHub.in returned');
  });

  it('refuses a state that is too large', () => {
    expect(() => toAccepted({ state: { a: 'x'.repeat(8192) } }, undefined, PLACE)).toThrow(
      RangeError,
    );
  });
});
