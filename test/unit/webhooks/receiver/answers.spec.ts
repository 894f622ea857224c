import { binaryPayload, jsonPayload } from '../../../../lib/engine/payload.js';
import type { EventReply } from '../../../../lib/engine/ports/event-sink.interface.js';
import { PLATFORMS } from '../../../support/platforms.js';
import { startReceiver, type EventInit, type ReceiverApp } from './support/receiver.app.js';
import { replies, ScriptedHandler, text, type Script } from './support/scripted.handler.js';

const STATE = 'eyJhIjoxfQ==';
const CONNECT: EventInit = { type: 'azure.webpubsub.sys.connect', id: '0' };
const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';

const MQTT_HEADERS = {
  'ce-subprotocol': 'mqtt',
  'ce-physicalConnectionId': 'phys-1',
  'ce-sessionId': 'session-1',
};
const mqttConnect = (protocolVersion: number): EventInit => ({
  ...CONNECT,
  headers: MQTT_HEADERS,
  body: JSON.stringify({ mqtt: { protocolVersion } }),
});

describe.each(PLATFORMS)('the answers of a receiver on %s', (platform) => {
  const handler = new ScriptedHandler();
  let app: ReceiverApp;

  beforeAll(async () => {
    app = await startReceiver(platform, { handler });
  });
  afterAll(() => app.host.close());

  const ask = async (script: Script, init?: EventInit) => {
    handler.script = script;
    const { status, headers, body } = await app.event(init);
    return {
      status,
      type: headers['content-type'],
      state: headers['ce-connectionstate'],
      body: body.toString('utf8'),
      headers,
    };
  };

  describe('to connect', () => {
    it.each<[string, Script, object]>([
      ['R10: nobody handles it', { handles: () => false }, { status: 204, body: '' }],
      ['R11: accepted', {}, { status: 204, body: '', type: undefined, state: undefined }],
      ['accepted with a state', accepted({ state: STATE }), { status: 204, state: STATE }],
      ['the state is cleared', accepted({ state: '' }), { status: 204, state: '' }],
      [
        'R12: with a user id and a state',
        accepted({ userId: 'bo', state: STATE }),
        { status: 200, body: '{"userId":"bo"}', type: JSON_TYPE, state: STATE },
      ],
      [
        'with everything',
        accepted({ userId: '', groups: ['g'], roles: [], subprotocol: 'x-own' }),
        {
          status: 200,
          body: '{"userId":"","groups":["g"],"roles":[],"subprotocol":"x-own"}',
        },
      ],
      [
        'R13: refused',
        refused({ status: 401, detail: 'no' }),
        { status: 401, body: 'no', type: TEXT, state: undefined },
      ],
      ['refused without a word', refused({ status: 403 }), { status: 403, body: '' }],
      ['refused with a success', refused({ status: 200 }), { status: 500 }],
      ['refused with a redirection', refused({ status: 302 }), { status: 500 }],
    ])('%s', async (_, script, expected) => {
      expect(await ask(script, CONNECT)).toMatchObject(expected);
    });

    it.each([
      ['not ASCII', 'zustand-ü'],
      ['too large', 'x'.repeat(8193)],
      ['a header of its own', 'a\r\nset-cookie: b'],
    ])('500 for a state that is %s', async (_, state) => {
      expect((await ask(accepted({ state }), CONNECT)).status).toBe(500);
      expect(app.log.at(-1)).toMatch(/^error: hub chat: event connect .*RangeError/);
    });
  });

  describe('to connect of an MQTT client', () => {
    it('Q2: 204 when nobody handles it', async () => {
      expect((await ask({ handles: () => false }, mqttConnect(5))).status).toBe(204);
    });

    it('with user properties', async () => {
      const mqtt = { userProperties: [{ name: 'a', value: 'b' }] };
      const answer = await ask(accepted({ mqtt }), mqttConnect(5));
      expect(answer).toMatchObject({ status: 200, body: JSON.stringify({ mqtt }) });
    });

    it.each([
      [135, 401],
      [5, 401],
      [4, 401],
      [1, 400],
      [3, 503],
      [138, 403],
      [159, 429],
      [151, 429],
      [133, 400],
      [136, 500],
      [200, 500],
    ])('Q3: code %d goes with status %d', async (code, status) => {
      const mqtt = { code, reason: 'r', userProperties: [{ name: 'a', value: 'b' }] };
      const answer = await ask(refused({ status: 418, mqtt }), mqttConnect(5));
      expect(answer).toMatchObject({ status, type: JSON_TYPE, body: JSON.stringify({ mqtt }) });
    });

    it.each([
      ['Q4', 400, 4, 4],
      ['Q4', 400, 5, 134],
      ['Q5', 401, 4, 5],
      ['Q5', 401, 5, 135],
      ['Q5', 401, 3, 1],
      ['', 500, 4, 3],
      ['', 403, 5, 128],
    ])('%s: status %d, version %d gets code %d', async (_, status, version, code) => {
      const answer = await ask(refused({ status, detail: 'x' }), mqttConnect(version));
      expect(answer).toMatchObject({
        status,
        body: JSON.stringify({ mqtt: { code, reason: 'x' } }),
      });
    });
  });

  describe('to user events', () => {
    const protobuf = { payload: { dataType: 'protobuf', bytes: Buffer.from([10, 0]) } } as const;
    it.each<[string, Script, object]>([
      ['R22: text', reply(text('hi')), { status: 200, body: 'hi', type: TEXT }],
      [
        'JSON, digit by digit',
        reply({ payload: jsonPayload('{"n":12345678901234567890}') }),
        { status: 200, body: '{"n":12345678901234567890}', type: JSON_TYPE },
      ],
      [
        'binary',
        reply({ payload: binaryPayload(Buffer.from('xyz')) }),
        { status: 200, body: 'xyz', type: 'application/octet-stream' },
      ],
      ['protobuf', reply(protobuf), { status: 200, type: 'application/x-protobuf' }],
      ['R23: nothing', {}, { status: 204, body: '', type: undefined }],
      [
        'metadata',
        reply(text('', { queue: 'fast' })),
        { status: 200, body: '', type: TEXT, headers: { 'x-webpubsub-metadata-queue': 'fast' } },
      ],
      [
        'a state',
        { userEvent: () => ({ ...replies(text('ok')), state: STATE }) },
        { status: 200, body: 'ok', state: STATE },
      ],
      [
        'a state and nothing else',
        { userEvent: () => ({ ...replies(), state: STATE }) },
        { status: 204, state: STATE },
      ],
      [
        'a refusal',
        failed({ status: 429, detail: 'slow down' }),
        { status: 429, body: 'slow down' },
      ],
      ['a failure by name', failed({ failure: 'Forbidden' }), { status: 403 }],
      ['a failure without a reason', failed({}), { status: 500, body: '' }],
      ['nobody handles it', { handles: () => false }, { status: 404, body: 'no handler' }],
    ])('%s', async (_, script, expected) => {
      expect(await ask(script)).toMatchObject(expected);
      expect(app.sent).toEqual([]);
    });

    it('500 for metadata that no header can carry', async () => {
      const bad = reply(text('x', { 'a key': 'v' }));
      expect((await ask(bad)).status).toBe(500);
      expect((await ask(reply(text('x', { k: 'a\nb' })))).status).toBe(500);
    });

    it('R24: 500 promptly when the handler rejects, without its words', async () => {
      const answer = await ask({ userEvent: () => Promise.reject(new Error('s3cret of mine')) });
      expect(answer).toMatchObject({ status: 500, body: 'Internal Server Error' });
      expect(app.log.at(-1)).toBe(
        'error: hub chat: event order of connection conn-0001 failed in scripted handler ' +
          '(Error: s3cret of mine)',
      );
    });
  });

  describe('to user events of an MQTT client', () => {
    const MQTT: EventInit = { headers: { ...MQTT_HEADERS, 'Content-Type': 'image/png' } };
    it.each<[string, Script, object]>([
      [
        'a success with user properties',
        {
          userEvent: () => ({
            ...replies(text('ok')),
            mqtt: { status: 202, userProperties: [{ name: 'k', value: 'ü' }] },
          }),
        },
        { status: 202, body: 'ok', headers: { 'mqtt-k': Buffer.from('ü').toString('latin1') } },
      ],
      [
        'only the last of several messages',
        reply(text('a'), text('b')),
        { status: 200, body: 'b' },
      ],
      ['nothing', {}, { status: 204 }],
      [
        'no words that are for the log',
        failed({ status: 400, detail: 'x' }),
        { status: 400, body: '' },
      ],
      [
        'a failure with a body',
        failed({ status: 500, mqtt: { status: 409, payload: jsonPayload('{"e":1}') } }),
        { status: 409, body: '{"e":1}', type: JSON_TYPE },
      ],
      ['nobody handles it', { handles: () => false }, { status: 404, body: '' }],
    ])('%s', async (_, script, expected) => {
      expect(await ask(script, MQTT)).toMatchObject(expected);
      expect(app.sent).toEqual([]);
    });

    it('gives it no way to send more', async () => {
      await ask({}, MQTT);
      expect(handler.userEvents.at(-1)?.reply).toBeUndefined();
    });
  });
});

function accepted(answer: object): Script {
  return { connect: () => ({ accepted: true, ...answer }) };
}

function refused(answer: object): Script {
  return { connect: () => ({ accepted: false, ...answer }) };
}

function reply(...list: EventReply[]): Script {
  return { userEvent: () => replies(...list) };
}

function failed(outcome: object): Script {
  return { userEvent: () => ({ handled: false, ...outcome }) };
}
