import { createHmac } from 'node:crypto';
import type { CanActivate } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { signConnectionId } from '../../../../lib/webhooks/signature.js';
import { PLATFORMS } from '../../../support/platforms.js';
import {
  isUntouched,
  K1,
  K2,
  PATH,
  startReceiver,
  type EventInit,
  type ReceiverApp,
  type ReceiverInit,
} from './support/receiver.app.js';
import { ScriptedHandler } from './support/scripted.handler.js';

const CONN = 'conn-0001';
const signed = (signature: string | readonly string[] | undefined): EventInit => ({
  headers: { 'ce-signature': signature },
});
const digest = (algorithm: string, id = CONN): string =>
  createHmac(algorithm, K1).update(id).digest('hex');

describe.each(PLATFORMS)('a receiver on %s', (platform) => {
  const apps: ReceiverApp[] = [];
  const start = async (init: Partial<ReceiverInit> = {}) => {
    const handler = new ScriptedHandler();
    const app = await startReceiver(platform, { handler, ...init });
    apps.push(app);
    return { app, handler };
  };

  afterEach(async () => {
    await Promise.all(apps.splice(0).map(({ host }) => host.close()));
  });

  describe('asked for its consent', () => {
    const A = ['https://a.example', 'http://b.example:8080/hooks'];

    it.each<[string, readonly string[], string | undefined, number, string | undefined]>([
      ['R1: any origin', [], 'demo.example', 200, '*'],
      ['R2: no origin', [], undefined, 400, undefined],
      ['R4: an origin in other letter case', A, 'A.EXAMPLE', 200, 'a.example'],
      ['R5: one of several origins', A, 'x.example, a.example', 200, 'a.example'],
      ['R6: an origin that is not allowed', A, 'x.example', 400, undefined],
      ['with a port that is not the default', A, 'b.example:8080', 200, 'b.example:8080'],
      ['without the port that is not the default', A, 'b.example', 400, undefined],
    ])('%s', async (_, allowedEndpoints, origin, status, allowed) => {
      const { app, handler } = await start({ settings: { allowedEndpoints } });
      const answer = await app.call('OPTIONS', '/api/webpubsub/hubs/chat/validate?code=k', {
        'ce-awpsversion': '1.0',
        ...(origin !== undefined && { 'webhook-request-origin': origin }),
      });
      expect(answer.status).toBe(status);
      expect(answer.headers['webhook-allowed-origin']).toBe(allowed);
      expect(isUntouched(app, handler)).toBe(true);
    });

    it('names every host that matches in a line of its own', async () => {
      const { app } = await start({ settings: { allowedEndpoints: [...A, 'https://c.example'] } });
      const answer = await app.call('OPTIONS', PATH, {
        'ce-awpsversion': '1.0',
        'webhook-request-origin': 'c.example,a.example,a.example',
      });
      // Node joins lines of the same name.
      expect(answer.headers['webhook-allowed-origin']).toBe('c.example, a.example');
    });

    it('answers GET like OPTIONS, when it has an origin', async () => {
      const { app } = await start();
      const headers = { 'ce-awpsversion': '1.0', 'webhook-request-origin': 'demo.example' };
      expect((await app.call('GET', PATH, headers)).headers['webhook-allowed-origin']).toBe('*');
      expect((await app.call('GET', PATH, { 'ce-awpsversion': '1.0' })).body.toString()).toContain(
        'application',
      );
    });

    it('answers before the CORS of the application, and leaves preflights to it (R3)', async () => {
      const { app } = await start({
        configure: (nest) => nest.enableCors({ origin: 'https://w.example' }),
      });
      const consent = await app.call('OPTIONS', PATH, {
        'ce-awpsversion': '1.0',
        'webhook-request-origin': 'demo.example',
      });
      expect(consent.headers).toMatchObject({ 'webhook-allowed-origin': '*' });
      expect(consent.headers['access-control-allow-origin']).toBeUndefined();
      const preflight = await app.call('OPTIONS', PATH, {
        origin: 'https://w.example',
        'access-control-request-method': 'POST',
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers['access-control-allow-origin']).toBe('https://w.example');
    });
  });

  describe('passes on', () => {
    it.each<[string, EventInit]>([
      ['a request outside of its path', { path: '/hooks/chat/order' }],
      ['a request without ce-awpsversion', { headers: { 'ce-awpsversion': undefined } }],
      ['R7: an event of another hub', { headers: { 'ce-hub': 'other' } }],
      ['R7: an event of another hub by its path', { path: '/api/webpubsub/hubs/other/order' }],
      [
        'R7: an event of a hub without handlers',
        { path: '/api/webpubsub/hubs/other/order', headers: { 'ce-hub': 'other' } },
      ],
      ['R33: an event of an unknown kind', { type: 'azure.webpubsub.sys.future' }],
    ])('%s', async (_, init) => {
      const { app, handler } = await start();
      await app.event(init);
      expect(handler.calls).toHaveLength(0);
      expect(app.passed).toHaveLength(1);
    });

    it('a path with a broken escape', async () => {
      const { app, handler } = await start();
      const { status } = await app.event({ path: '/api/webpubsub/hubs/chat%zz/order' });
      // By both platforms.
      expect(status).toBe(400);
      expect(handler.calls).toHaveLength(0);
    });

    it('PUT', async () => {
      const { app } = await start();
      await app.call('PUT', PATH, { 'ce-awpsversion': '1.0' });
      expect(app.passed).toEqual([`PUT ${PATH}`]);
    });

    it('the question for consent to a hub that is not served here', async () => {
      const { app } = await start();
      await app.call('OPTIONS', '/api/webpubsub/hubs/other/validate', {
        'ce-awpsversion': '1.0',
        'webhook-request-origin': 'demo.example',
      });
      expect(app.passed).toHaveLength(1);
    });

    it('what it passes on with its body', async () => {
      const { app } = await start();
      const answer = await app.event({ headers: { 'ce-hub': 'other' }, body: '{"a":1}' });
      expect(answer.body.toString()).toBe('{"application":true,"body":{"a":1}}');
    });
  });

  describe('takes', () => {
    it.each<[string, EventInit, Partial<ReceiverInit['settings'] & object>?]>([
      ['R8: a hub in other letter case', { headers: { 'ce-hub': 'CHAT' } }],
      ['R9: the path in other letter case', { path: '/API/webpubsub/hubs/Chat/connect' }],
      ['a path with escapes', { path: '/api/webpubsub/hubs/%63hat/order' }],
      ['a path with a query', { path: '/api/webpubsub/hubs/chat?code=s3cr3t' }],
      ['a path that ends where it must', { path: '/api/webpubsub/hubs/chat' }],
      ['a path without a hub', { path: '/hooks/x' }, { path: '/hooks' }],
      ['a path with the hub in a name', { path: '/hooks-chat-v1/x' }, { path: '/hooks-{hub}-v1' }],
    ])('%s', async (_, init, settings = {}) => {
      const { app, handler } = await start({ settings });
      expect((await app.event(init)).status).toBe(204);
      expect(handler.userEvents[0]?.connection.hub).toBe('chat');
      expect(app.passed).toEqual([]);
    });

    it('events while a global guard refuses everything', async () => {
      const canActivate = refusingGuard();
      const { app } = await start({
        metadata: { providers: [{ provide: APP_GUARD, useValue: canActivate }] },
      });
      expect((await app.event()).status).toBe(204);
      expect(canActivate.asked).toBe(0);
      expect((await app.call('GET', '/hooks/a/b')).status).toBe(403);
      expect(canActivate.asked).toBe(1);
    });
  });

  describe('refuses', () => {
    it.each<[string, EventInit, number]>([
      ['no origin', { headers: { 'WebHook-Request-Origin': undefined } }, 400],
      ['another origin', { headers: { 'WebHook-Request-Origin': 'x.example' } }, 403],
      ['no ce-type', { headers: { 'ce-type': undefined }, name: 'order' }, 400],
      ['no ce-hub', { headers: { 'ce-hub': undefined } }, 400],
      ['no ce-connectionId', { headers: { 'ce-connectionId': undefined } }, 400],
      ['no ce-eventName', { headers: { 'ce-eventName': undefined } }, 400],
      ['no ce-id', { headers: { 'ce-id': undefined } }, 400],
      ['another version', { headers: { 'ce-specversion': '0.3' } }, 400],
      ['a long connection id', { headers: { 'ce-connectionId': 'c'.repeat(1025) } }, 400],
      ['S7: the signature of another connection', signed(signConnectionId('conn-2', [K1])), 401],
      ['S8: no signature', signed(undefined), 401],
      ['S9: another algorithm', signed(`sha1=${digest('sha1')}`), 401],
      ['S9: 63 digits', signed(`sha256=${digest('sha256').slice(1)}`), 401],
      ['S9: an empty item', signed(','), 401],
      ['a key that is not trusted', signed(signConnectionId(CONN, [K2])), 401],
      ['R20: a content type it does not know', { headers: { 'Content-Type': 'text/html' } }, 415],
      ['no content type', { headers: { 'Content-Type': undefined } }, 415],
      ['R21: JSON that is broken', { body: '{"a":' }, 400],
      ['JSON that is not UTF-8', { body: Buffer.from([0x22, 0xe9, 0x22]) }, 400],
      ['a system event that is no JSON', { type: 'azure.webpubsub.sys.connected', body: '' }, 400],
      ['a system event that is a list', { type: 'azure.webpubsub.sys.connect', body: '[]' }, 400],
      ['an event of no group', { type: 'azure.webpubsub.gp.joined' }, 400],
      [
        'a system event of another type',
        { type: 'azure.webpubsub.sys.connect', headers: { 'Content-Type': 'text/plain' } },
        415,
      ],
    ])('%s', async (_, init, status) => {
      const { app, handler } = await start({
        settings: { allowedEndpoints: ['https://demo.webpubsub.example'] },
      });
      const answer = await app.event(init);
      expect(answer.status).toBe(status);
      expect(isUntouched(app, handler)).toBe(true);
      // Short and generic.
      expect(answer.body.length).toBeLessThan(30);
      expect(app.log).toEqual([]);
    });
  });

  describe('accepts the signature', () => {
    const item1 = signConnectionId(CONN, [K1]);
    const item2 = signConnectionId(CONN, [K2]);
    const other = `sha256=${'0'.repeat(64)}`;

    it.each<[string, readonly string[], string | readonly string[] | undefined, boolean?]>([
      ['S2: of the example in 2.5', [K1], `${item1},${item2}`],
      ['S3: with one key of two', [K2], `${item1},${item2}`],
      ['S4: of the new key', ['old-key', K2], item2],
      ['S5: with items swapped', [K1], `${item2}, ${item1}`],
      ['S5: in upper case', [K1], item1.toUpperCase()],
      ['S6: in one of two lines', [K1], [other, item1]],
      ['none, where that is an explicit choice', [], undefined, false],
    ])('%s', async (_, keys, signature, verifySignature = true) => {
      const { app } = await start({ settings: { keys: () => keys, verifySignature } });
      expect((await app.event(signed(signature))).status).toBe(204);
    });

    it('S11: whatever the body is', async () => {
      const { app } = await start();
      expect((await app.event({ body: '{"altered":true}' })).status).toBe(204);
    });

    it('of keys that are replaced while it runs', async () => {
      let keys = [K1];
      const { app } = await start({ settings: { keys: () => keys } });
      const init = signed(item2);
      expect((await app.event(init)).status).toBe(401);
      keys = [K2];
      expect((await app.event(init)).status).toBe(204);
      keys = [];
      expect((await app.event(init)).status).toBe(401);
    });

    it('SV5: over the bytes of the connection id', async () => {
      const { app, handler } = await start();
      const connectionId = 'device/温度-7';
      const answer = await app.event({
        // Node writes the headers before a string as UTF-8, as it does the string.
        body: Buffer.from('{}'),
        headers: {
          'ce-connectionId': Buffer.from(connectionId).toString('latin1'),
          'ce-signature': signConnectionId(connectionId, [K1]),
        },
      });
      expect(answer.status).toBe(204);
      expect(handler.userEvents[0]?.connection.connectionId).toBe(connectionId);
    });
  });

  describe('with a check of tokens', () => {
    it.each<[string, (authorization: string | undefined) => Promise<boolean>, number]>([
      ['lets in', (header) => Promise.resolve(header === 'Bearer t0ken'), 204],
      ['refuses', () => Promise.resolve(false), 401],
      ['refuses when the check throws', () => Promise.reject(new TypeError('t0ken is bad')), 401],
    ])('%s', async (_, authenticate, status) => {
      const { app } = await start({ settings: { authenticate } });
      const answer = await app.event({ headers: { authorization: 'Bearer t0ken' } });
      expect(answer.status).toBe(status);
      expect(app.log.join()).not.toContain('t0ken');
    });

    it('is not asked about an event without a good signature', async () => {
      let asked = 0;
      const authenticate = (): Promise<boolean> => Promise.resolve((asked += 1) > 0);
      const { app } = await start({ settings: { authenticate } });
      expect((await app.event(signed(undefined))).status).toBe(401);
      expect(asked).toBe(0);
    });
  });
});

/** A guard that lets nobody in, and counts. */
function refusingGuard(): CanActivate & { asked: number } {
  return {
    asked: 0,
    canActivate() {
      this.asked += 1;
      return false;
    },
  };
}
