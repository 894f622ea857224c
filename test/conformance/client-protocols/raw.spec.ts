import { binaryPayload, jsonPayload, textPayload } from '../../../lib/engine/payload.js';
import { PLATFORMS } from '../../support/platforms.js';
import { startStage, type Stage } from '../../support/stage.js';
import { heard } from './json.cases.js';

const TO_ROOM = { webpubsub_mode: 'sendToGroup', group: 'room' };
const FAILED = { code: 1011, reason: 'Internal server error' };
const INVALID_MODE = 'Invalid webpubsub_mode. Valid modes are sendToGroup and sendEvent.';
const INVALID_GROUP = 'The raw sendToGroup group name is invalid.';
const INVALID_NO_ECHO = 'Invalid noEcho. Valid values are true and false.';

describe.each(PLATFORMS)('raw clients on %s', (platform) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage(platform);
  });

  afterEach(async () => {
    await stage.clear();
  });

  afterAll(async () => {
    await stage.close();
  });

  describe('hears', () => {
    it('W01 nothing when it connects', async () => {
      const client = await stage.raw();
      await stage.operate('POST', `/users/ann/:send`, { text: 'first' });
      expect(await client.hear()).toBe('first');
    });

    it.each([
      { id: 'W02', body: { text: 'hi' }, frame: 'hi' },
      { id: 'W03', body: { json: '"hi"' }, frame: '"hi"' },
      { id: 'W03', body: { json: '{"a":1.50}' }, frame: '{"a":1.50}' },
      { id: 'W04', body: { bytes: Buffer.from([1, 2]) }, frame: Buffer.from([1, 2]) },
    ])('$id $frame of REST', async ({ body, frame }) => {
      const client = await stage.raw({ groups: ['room'] });
      await stage.operate('POST', '/groups/room/:send', body);
      expect(await client.hear()).toEqual(frame);
    });

    it('W18 only a normal close when REST closes it with a reason', async () => {
      const client = await stage.raw({ userId: 'wes' });
      await stage.operate('DELETE', `/connections/${client.id}`, { query: { reason: 'bye' } });
      expect(await client.closed).toEqual({ code: 1000, reason: '' });
      expect(client.unheard).toEqual([]);
      const gone = await stage.sink.until('disconnecteds');
      expect(gone.reason).toBe('Application server closed the connection. Reason: bye');
    });

    it('4.5 its own close echoed', async () => {
      const client = await stage.raw();
      client.close(1000, 'bye');
      expect(await client.closed).toEqual({ code: 1000, reason: 'bye' });
    });
  });

  describe('whose frames are events', () => {
    it('W05 raises message with a text, and hears the text of the answer', async () => {
      stage.sink.onUserEvent = (event) => ({
        handled: true,
        replies: [{ payload: event.payload }],
      });
      const client = await stage.raw();
      client.send('yo');
      expect(await client.hear()).toBe('yo');
      const [raised] = stage.sink.userEvents;
      expect(raised).toMatchObject({ event: 'message', metadata: undefined });
      expect(raised?.payload).toEqual(textPayload('yo'));
      expect(raised?.connection).toMatchObject({
        hub: 'chat',
        userId: 'ann',
        subprotocol: undefined,
      });
    });

    it('W06 raises message with bytes, and hears bytes', async () => {
      stage.sink.onUserEvent = (event) => ({
        handled: true,
        replies: [{ payload: event.payload }],
      });
      const client = await stage.raw();
      client.send(Buffer.from([0xff]));
      expect(await client.hear()).toEqual(Buffer.from([0xff]));
      expect(stage.sink.userEvents[0]?.payload).toEqual(binaryPayload(Buffer.from([0xff])));
    });

    it('4.3 hears a json answer as text', async () => {
      const reply = { payload: jsonPayload('{"ok":true}') };
      stage.sink.onUserEvent = () => ({ handled: true, replies: [reply] });
      const client = await stage.raw();
      client.send('yo');
      expect(await client.hear()).toBe('{"ok":true}');
    });

    it('W07 hears nothing when the handler has nothing to say', async () => {
      stage.sink.onUserEvent = () => ({ handled: true, replies: [] });
      const client = await stage.raw();
      client.send('a');
      client.send('b');
      await stage.sink.until('userEvents', ({ payload }) => payload.bytes.toString() === 'b');
      await stage.operate('POST', '/:send', { text: 'still open' });
      expect(await client.hear()).toBe('still open');
    });

    it('W08 is closed with 1011 when nobody handles its event', async () => {
      const client = await stage.raw();
      client.send('a');
      expect(await client.closed).toEqual(FAILED);
      expect(client.unheard).toEqual([]);
    });

    it.each([
      { how: 'refuses', outcome: () => ({ handled: false as const }) },
      { how: 'throws', outcome: () => Promise.reject(new Error('secret')) },
    ])('W09 is closed with 1011 when the handler $how', async ({ outcome }) => {
      stage.sink.onUserEvent = outcome;
      const client = await stage.raw();
      client.send('a');
      expect(await client.closed).toEqual(FAILED);
      expect(client.unheard).toEqual([]);
    });

    it('W19 hears one empty text when the handler answers with metadata only', async () => {
      const reply = { payload: textPayload(''), metadata: new Map([['k', 'v']]) };
      stage.sink.onUserEvent = () => ({ handled: true, replies: [reply] });
      const client = await stage.raw();
      client.send('a');
      expect(await client.hear()).toBe('');
    });

    it.each<{ what: string; query: Record<string, string> }>([
      { what: 'an empty mode', query: { webpubsub_mode: '' } },
      { what: 'sendEvent in any case', query: { webpubsub_mode: 'SENDEVENT' } },
      {
        what: 'sendEvent beside parameters of the other mode',
        query: { webpubsub_mode: 'sendEvent', group: ' ', noEcho: '1' },
      },
    ])('U32 4.2 raises events with $what', async ({ query }) => {
      stage.sink.onUserEvent = (event) => ({
        handled: true,
        replies: [{ payload: event.payload }],
      });
      const client = await stage.raw({ query });
      client.send('yo');
      expect(await client.hear()).toBe('yo');
    });
  });

  describe('whose frames go to a group', () => {
    it('W10 hears its own frame as a member, and so does everybody else', async () => {
      const client = await stage.raw({ groups: ['room'], query: TO_ROOM });
      const member = await stage.json({ userId: 'bob', groups: ['room'] });
      client.send('yo');
      expect(await client.hear()).toBe('yo');
      expect(await member.hear()).toBe(heard('"dataType":"text","data":"yo"'));
      client.send(Buffer.from([1, 2, 3]));
      expect(await client.hear()).toEqual(Buffer.from([1, 2, 3]));
      expect(await member.hear()).toBe(heard('"dataType":"binary","data":"AQID"'));
      expect(stage.sink.userEvents).toEqual([]);
    });

    it('4.2 does not make the sender a member', async () => {
      const client = await stage.raw({ query: TO_ROOM });
      const member = await stage.json({ groups: ['room'] });
      client.send('yo');
      expect(await member.hear()).toBe(heard('"dataType":"text","data":"yo"'));
      await stage.operate('POST', `/connections/${client.id}/:send`, { text: 'next' });
      expect(await client.hear()).toBe('next');
    });

    it.each<{ id: string; query: Record<string, string> }>([
      { id: 'W11', query: { ...TO_ROOM, noEcho: 'true' } },
      { id: 'W12', query: { webpubsub_mode: 'SENDTOGROUP', group: 'room', noEcho: 'TRUE' } },
      { id: '1.2', query: { WEBPUBSUB_MODE: 'sendToGroup', GROUP: 'room', NOECHO: 'true' } },
    ])('$id hears no own frame with $query', async ({ query }) => {
      const client = await stage.raw({ groups: ['room'], query });
      const member = await stage.json({ groups: ['room'] });
      client.send('yo');
      expect(await member.hear()).toBe(heard('"dataType":"text","data":"yo"'));
      await stage.operate('POST', '/groups/room/:send', { text: 'next' });
      expect(await client.hear()).toBe('next');
    });

    it('W17 is closed with 1008 at its first frame without the role', async () => {
      const client = await stage.raw({ roles: [], query: TO_ROOM });
      client.send('yo');
      expect(await client.closed).toEqual({
        code: 1008,
        reason: 'The connection is not authorized for raw sendToGroup mode.',
      });
    });

    it('U34 is closed with 1008 after its permission was revoked', async () => {
      const client = await stage.raw({
        roles: ['webpubsub.sendToGroup'],
        groups: ['room'],
        query: TO_ROOM,
      });
      client.send('one');
      expect(await client.hear()).toBe('one');
      await stage.operate('DELETE', `/permissions/sendToGroup/connections/${client.id}`, {
        query: { targetName: 'room' },
      });
      client.send('two');
      expect((await client.closed).code).toBe(1008);
      expect(client.unheard).toEqual([]);
    });
  });

  describe('with a broken mode', () => {
    it.each([
      { id: 'W13', query: 'webpubsub_mode=foo', text: INVALID_MODE },
      { id: 'W14', query: 'webpubsub_mode=sendToGroup', text: INVALID_GROUP },
      { id: 'W14', query: 'webpubsub_mode=sendToGroup&group=%20%20', text: INVALID_GROUP },
      {
        id: 'W14',
        query: `webpubsub_mode=sendToGroup&group=${'g'.repeat(1025)}`,
        text: INVALID_GROUP,
      },
      { id: 'W15', query: 'webpubsub_mode=sendToGroup&group=room&noEcho=1', text: INVALID_NO_ECHO },
      { id: 'W16', query: 'webpubsub_mode=sendEvent&webpubsub_mode=foo', text: INVALID_MODE },
      { id: '1.4', query: 'noEcho=1&group=&webpubsub_mode=sendToGroup', text: INVALID_GROUP },
    ])('$id is refused with 400: $text', async ({ query, text }) => {
      const answer = await stage.refusal(
        `/client/hubs/chat?access_token=${stage.token()}&${query}`,
      );
      expect(answer).toMatchObject({ status: 400, body: text });
    });

    it('1.4 is refused whatever subprotocol it offers', async () => {
      const answer = await stage.refusal(
        `/client/hubs/chat?access_token=${stage.token()}&webpubsub_mode=foo`,
        { 'Sec-WebSocket-Protocol': 'json.webpubsub.azure.v1' },
      );
      expect(answer).toMatchObject({ status: 400, body: INVALID_MODE });
    });

    it.each([
      { id: 'W16', query: 'webpubsub_mode=foo&webpubsub_mode=sendEvent' },
      { id: 'W16', query: 'webpubsub_mode=sendToGroup&group=&group=room&noEcho=1&noEcho=false' },
    ])('$id counts the last of a repeated parameter: $query', async ({ query }) => {
      const client = await stage.raw({ query });
      await stage.operate('POST', `/connections/${client.id}/:send`, { text: 'in' });
      expect(await client.hear()).toBe('in');
    });
  });
});
