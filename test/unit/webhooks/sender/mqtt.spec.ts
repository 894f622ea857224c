import type { ConnectEvent, UserEvent } from '../../../../lib/engine/ports/event-sink.interface.js';
import { binaryPayload, jsonPayload, textPayload } from '../../../../lib/engine/payload.js';
import type { ScriptedAnswer } from '../../../support/webhook.receiver.js';
import {
  connected,
  connectEvent,
  connectionOf,
  disconnected,
  SenderRig,
  userEvent,
} from './support/sender.rig.js';

let rig: SenderRig;
beforeAll(async () => {
  rig = await SenderRig.start();
});
beforeEach(() => rig.reset());
afterAll(() => rig.close());

const arriving = connectionOf({
  connectionId: 'device-7',
  subprotocol: 'mqtt',
  mqtt: { physicalConnectionId: 'p1' },
});
const connection = { ...arriving, mqtt: { physicalConnectionId: 'p1', sessionId: 's1' } };

function mqttConnect(more: Partial<ConnectEvent['mqtt']> = {}): ConnectEvent {
  return connectEvent({
    connection: arriving,
    subprotocols: ['mqtt'],
    mqtt: {
      protocolVersion: 5,
      cleanStart: true,
      username: 'ann',
      password: Buffer.from('p@ss'),
      userProperties: [{ name: 'site', value: 'a1' }],
      ...more,
    },
  });
}

function publish(more: Partial<UserEvent> = {}): UserEvent {
  return userEvent({ connection, mqtt: { contentType: undefined, userProperties: [] }, ...more });
}

async function askToConnect(answer: ScriptedAnswer) {
  rig.receiver.onEvent = () => answer;
  return rig.handler().connect(mqttConnect(), rig.call());
}

async function ask(answer: ScriptedAnswer) {
  rig.receiver.onEvent = () => answer;
  return rig.handler().userEvent(publish(), rig.call());
}

describe('connect of an MQTT client', () => {
  it('Q6 has the CONNECT packet, its password in base64', async () => {
    await askToConnect({ status: 204 });
    const [post] = rig.receiver.posts;
    expect(JSON.parse(String(post?.body))).toMatchObject({
      subprotocols: ['mqtt'],
      mqtt: {
        protocolVersion: 5,
        cleanStart: true,
        username: 'ann',
        password: 'cEBzcw==',
        userProperties: [{ name: 'site', value: 'a1' }],
      },
    });
    expect(post?.header('ce-id')).toBe('0');
    expect(post?.header('ce-connectionId')).toBe('device-7');
    expect(post?.header('ce-physicalConnectionId')).toBe('p1');
    expect(post?.header('ce-sessionId')).toBeUndefined();
    expect(post?.header('ce-subprotocol')).toBe('mqtt');
    expect(post?.header('ce-source')).toBe('/hubs/chat/client/device-7/p1');
  });

  it('leaves out what the packet did not have', async () => {
    const event = mqttConnect({
      username: undefined,
      password: undefined,
      userProperties: undefined,
    });
    await rig.handler().connect(event, rig.call());
    const { mqtt } = JSON.parse(String(rig.receiver.posts[0]?.body)) as { mqtt: object };
    expect(mqtt).toEqual({ protocolVersion: 5, cleanStart: true });
  });

  it('takes user properties for the CONNACK', async () => {
    const body =
      '{"subprotocol":"mqtt","mqtt":{"UserProperties":[{"name":"a","value":"1"},{"Name":"a","Value":"2"}]}}';
    expect(await askToConnect({ status: 200, body })).toEqual({
      accepted: true,
      subprotocol: 'mqtt',
      mqtt: {
        userProperties: [
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
    });
  });

  it.each(['{"mqtt":7}', '{"mqtt":{"userProperties":{}}}', '{"mqtt":{"userProperties":[null]}}'])(
    'fails when the answer is %s',
    async (body) => {
      await expect(askToConnect({ status: 200, body })).rejects.toThrow(/'mqtt' of the answer/);
    },
  );

  it('is refused with code, reason and user properties', async () => {
    const mqtt = {
      code: 135,
      reason: 'badge expired',
      userProperties: [{ name: 'help', value: 'desk 4' }],
    };
    expect(await askToConnect({ status: 401, body: JSON.stringify({ mqtt }) })).toEqual({
      accepted: false,
      status: 401,
      mqtt,
    });
  });

  it.each<[string, string, object | undefined]>([
    ['a code alone', '{"MQTT":{"Code":5}}', { code: 5 }],
    ['no body', '', undefined],
    ['text', 'go away', undefined],
    ['no code', '{"mqtt":{"reason":"x"}}', undefined],
    ['a code that is no number', '{"mqtt":{"code":"135"}}', undefined],
    ['null', 'null', undefined],
  ])('is refused with %s', async (_case, body, mqtt) => {
    expect(await askToConnect({ status: 403, body })).toEqual({
      accepted: false,
      status: 403,
      mqtt,
    });
  });
});

describe('Notifications of an MQTT client', () => {
  it('Q8 name the session', async () => {
    await rig.handler().notify(connected(connection), rig.call());
    const [post] = rig.receiver.posts;
    expect(post?.header('ce-physicalConnectionId')).toBe('p1');
    expect(post?.header('ce-sessionId')).toBe('s1');
  });

  it.each([
    [
      'Q7 without a DISCONNECT',
      { initiatedByClient: false, disconnectPacket: null },
      '{"initiatedByClient":false,"disconnectPacket":null}',
    ],
    [
      'with one',
      {
        initiatedByClient: true,
        disconnectPacket: { code: 0, userProperties: [{ name: 'battery', value: '3' }] },
      },
      '{"initiatedByClient":true,"disconnectPacket":{"code":0,"userProperties":[{"name":"battery","value":"3"}]}}',
    ],
  ])('tell how the session ended: %s', async (_case, mqtt, json) => {
    await rig.handler().notify(disconnected({ connection, reason: 'left', mqtt }), rig.call());
    expect(String(rig.receiver.posts[0]?.body)).toBe(`{"reason":"left","mqtt":${json}}`);
  });
});

describe('User events of an MQTT client', () => {
  it('Q9 have the media type and the user properties of the packet', async () => {
    const userProperties = [
      { name: 'K', value: 'v' },
      { name: 'twice', value: '1' },
      { name: 'Twice', value: '2' },
    ];
    const payload = binaryPayload(Buffer.from([1, 2]));
    const mqtt = { contentType: 'image/png', userProperties };
    await rig.handler().userEvent(publish({ payload, mqtt }), rig.call());
    const [post] = rig.receiver.posts;
    expect(post?.header('Content-Type')).toBe('image/png');
    expect(post?.header('mqtt-k')).toBe('v');
    expect(post?.header('mqtt-twice')).toBe('2');
    expect(post?.body).toEqual(payload.bytes);
  });

  it('are bytes when the packet does not say', async () => {
    await ask({ status: 204 });
    expect(rig.receiver.posts[0]?.header('Content-Type')).toBe('application/octet-stream');
  });

  it.each([
    [{ name: 'a b', value: 'v' }],
    [{ name: 'k', value: 'é' }],
    [{ name: 'k', value: 'a\nb' }],
  ])('fail when no header can carry the property %j', async (property) => {
    const mqtt = { contentType: undefined, userProperties: [property] };
    await expect(rig.handler().userEvent(publish({ mqtt }), rig.call())).rejects.toThrow(/header/);
    expect(rig.receiver.posts).toHaveLength(0);
  });

  it('have answers with status, user properties and a body of any type', async () => {
    const outcome = await ask({
      status: 201,
      headers: [
        ['Content-Type', 'image/png'],
        ['MQTT-K', 'v'],
        ['mqtt-k', Buffer.from('é').toString('latin1')],
        ['mqtt-', 'nameless'],
      ],
      body: 'png',
    });
    expect(outcome).toEqual({
      handled: true,
      replies: [{ payload: binaryPayload(Buffer.from('png')) }],
      mqtt: {
        status: 201,
        contentType: 'image/png',
        userProperties: [
          { name: 'k', value: 'v' },
          { name: 'k', value: 'é' },
        ],
      },
    });
  });

  it('fail when JSON is none', async () => {
    const headers: [string, string][] = [['Content-Type', 'application/json']];
    await expect(ask({ status: 200, headers, body: '{oops' })).rejects.toThrow(
      'the body of the answer is not what its content type says',
    );
  });

  it.each([
    ['text/plain', 'no', textPayload('no')],
    ['application/json', '{"e":1}', jsonPayload('{"e":1}')],
    ['application/json', '{oops', binaryPayload(Buffer.from('{oops'))],
    ['text/html', '<p>', binaryPayload(Buffer.from('<p>'))],
    ['text/plain', '', undefined],
  ])('Q10 show failures: %s %j', async (type, body, payload) => {
    const outcome = await ask({
      status: 404,
      headers: [
        ['Content-Type', type],
        ['mqtt-why', 'gone'],
      ],
      body,
    });
    expect(outcome).toEqual({
      handled: false,
      status: 404,
      failure: 'BadRequest',
      mqtt: {
        status: 404,
        contentType: type,
        userProperties: [{ name: 'why', value: 'gone' }],
        payload,
      },
    });
  });
});
