import { textPayload } from '../../../../lib/engine/payload.js';
import { WebPubSubError } from '../../../../lib/errors/web-pubsub.error.js';
import { encodeState } from '../../../../lib/events/connection-state.js';
import { ConnectRequest } from '../../../../lib/events/handlers/hub-connection.js';
import {
  HubConnectedEvent,
  HubConnectEvent,
  HubDisconnectedEvent,
  HubGroupEvent,
  HubUserEvent,
} from '../../../../lib/events/handlers/hub-event.js';
import { callOf, connectEvent, connectionOf, userEvent } from '../../../support/handler.events.js';

const mqtt = { physicalConnectionId: 'p1' };

describe('HubConnection', () => {
  it('looks like the request of an HTTP framework', () => {
    const { connection } = new HubConnectEvent(connectEvent(), callOf());
    expect(connection).toBeInstanceOf(ConnectRequest);
    expect(connection).toMatchObject({
      method: 'POST',
      url: '/hubs/chat/connect',
      params: { hub: 'chat', event: 'connect' },
      body: { claims: { sub: ['ana'] }, subprotocols: ['json.webpubsub.azure.v1'] },
    });
    expect({ ...connection.query }).toEqual({ room: '7', tag: ['x', 'y'] });
    expect({ ...connection.headers }).toEqual({ 'user-agent': 'test', cookie: 'a=1; b=2' });
  });

  it('keeps the lists of connect', () => {
    const { connection } = new HubConnectEvent(connectEvent(), callOf());
    expect(connection.claims['role']).toEqual(['a', 'b']);
    expect(connection.queryLists['room']).toEqual(['7']);
    expect(connection.headerLists['cookie']).toEqual(['a=1', 'b=2']);
  });

  it('has no query and no headers in other events, and the data as its body', () => {
    const { connection } = new HubUserEvent(userEvent('say'), callOf());
    expect({ ...connection.query, ...connection.headers }).toEqual({});
    expect(connection).toMatchObject({ url: '/hubs/chat/say', body: 'hi', userId: 'ana' });
  });

  it.each(['__proto__', 'constructor'])('takes %s for a name like any other', (name) => {
    const lists = JSON.parse(`{"${name}":["x"]}`) as Record<string, string[]>;
    const { connection } = new HubConnectEvent(
      connectEvent({ query: lists, headers: lists }),
      callOf(),
    );
    expect(Object.keys(connection.query)).toEqual([name]);
    expect(Object.keys(connection.headers)).toEqual([name]);
    expect(Object.getPrototypeOf(connection.query)).toBeNull();
  });

  it('shows an MQTT client with its CONNECT packet', () => {
    const packet = {
      protocolVersion: 5 as const,
      cleanStart: true,
      username: 'u',
      password: undefined,
      userProperties: undefined,
    };
    const event = connectEvent({ connection: connectionOf({ mqtt }), mqtt: packet });
    expect(new HubConnectEvent(event, callOf()).connection.mqtt).toEqual({ ...mqtt, ...packet });
  });

  describe('state (events.md 2.8)', () => {
    const state = encodeState({ a: 1 });
    const connection = connectionOf({ state });

    it('R15: is {} when it is not ours, and its text is there', () => {
      const event = userEvent('say', { connection: connectionOf({ state: '*' }) });
      const { connection: other } = new HubUserEvent(event, callOf());
      expect({ ...other.state }).toEqual({});
      expect(other.rawState).toBe('*');
    });

    it('R16: is new only when something was set', () => {
      const event = new HubUserEvent(userEvent('say', { connection }), callOf());
      expect({ ...event.connection.state }).toEqual({ a: 1 });
      expect(event.connection.newState()).toBeUndefined();
    });

    it('R14: merges what is set into what came, and shows it at once', () => {
      const event = new HubUserEvent(userEvent('say', { connection }), callOf());
      event.connection.setState('b', [1, 2]);
      expect({ ...event.connection.state }).toEqual({ a: 1, b: [1, 2] });
      expect(event.connection.newState()).toBe('eyJhIjoxLCJiIjpbMSwyXX0=');
    });

    it('is replaced as a whole, also by nothing', () => {
      const event = new HubUserEvent(userEvent('say', { connection }), callOf());
      event.connection.replaceState({});
      expect(event.connection.newState()).toBe('e30=');
    });

    it('takes a name that is a prototype elsewhere', () => {
      const event = new HubUserEvent(userEvent('say', { connection }), callOf());
      event.connection.setState('__proto__', { x: 1 });
      expect(({} as { x?: number }).x).toBeUndefined();
      expect(Object.getPrototypeOf(event.connection.state)).toBeNull();
      expect(Buffer.from(event.connection.newState()!, 'base64').toString()).toBe(
        '{"a":1,"__proto__":{"x":1}}',
      );
    });

    it('refuses more than fits into a header', () => {
      const event = new HubUserEvent(userEvent('say', { connection }), callOf());
      event.connection.setState('b', 'x'.repeat(8192));
      expect(() => event.connection.newState()).toThrow(RangeError);
    });

    it.each([
      ['connected', new HubConnectedEvent({ connection, id: 1 }, callOf())],
      ['disconnected', new HubDisconnectedEvent({ connection, id: 9, reason: '' }, callOf())],
      ['joined', new HubGroupEvent('joined', { connection, id: 2, group: 'g' }, callOf())],
    ])('2.8.3: cannot be set in a handler of %s', (name, event) => {
      const set = (): void => event.connection.setState('b', 1);
      expect(set).toThrow(WebPubSubError);
      expect(set).toThrow(`a handler of '${name}'`);
    });
  });
});

describe('the data of an event', () => {
  it.each([
    ['text', 'text' as const, 'hé', 'hé'],
    ['json', 'json' as const, '{"a":[1]}', { a: [1] }],
    ['binary', 'binary' as const, '\0x', Buffer.from('\0x')],
    ['protobuf', 'protobuf' as const, 'any', Buffer.from('any')],
  ])('R17: of %s', (_, dataType, text, data) => {
    const payload = { dataType, bytes: Buffer.from(text) };
    expect(new HubUserEvent(userEvent('say', { payload }), callOf())).toMatchObject({
      data,
      dataType,
      payload: payload.bytes,
      text,
    });
  });

  it('keeps the digits of JSON beside the parsed value', () => {
    const payload = { dataType: 'json' as const, bytes: Buffer.from('12345678901234567890.0') };
    expect(new HubUserEvent(userEvent('say', { payload }), callOf()).text).toBe(
      '12345678901234567890.0',
    );
  });

  it.each(['{"__proto__":{"x":1},"a":[{"__proto__":1}]}', '{"\\u005f_proto__":{"x":1},"a":[{}]}'])(
    'R34: leaves __proto__ out of %s',
    (text) => {
      const payload = { dataType: 'json' as const, bytes: Buffer.from(text) };
      const { data } = new HubUserEvent(userEvent('say', { payload }), callOf());
      expect(JSON.stringify(data)).toBe('{"a":[{}]}');
      expect((data as { x?: number }).x).toBeUndefined();
    },
  );

  it('R34: takes it out of JSON however deep a client nests it', () => {
    const text = `${'['.repeat(200_000)}{"__proto__":{}}${']'.repeat(200_000)}`;
    const payload = { dataType: 'json' as const, bytes: Buffer.from(text) };
    let { data } = new HubUserEvent(userEvent('say', { payload }), callOf());
    while (Array.isArray(data)) [data] = data as unknown[];
    expect(Object.keys(data as object)).toEqual([]);
  });

  it('tells what only its kind has', () => {
    const metadata = new Map([['trace', 't']]);
    const event = userEvent('say', { metadata, invocation: true, payload: textPayload('') });
    expect(new HubUserEvent(event, callOf())).toMatchObject({
      kind: 'user',
      name: 'say',
      id: 3,
      metadata,
      isInvocation: true,
      data: '',
    });
    const ending = { connection: connectionOf(), id: 9, reason: 'bye' };
    expect(new HubDisconnectedEvent(ending, callOf()).data).toEqual({ reason: 'bye' });
    const joined = new HubGroupEvent('joined', { ...ending, group: 'g' }, callOf());
    expect(joined).toMatchObject({ kind: 'joined', name: 'joined', data: { group: 'g' } });
  });
});
