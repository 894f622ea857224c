import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { inspect } from 'node:util';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';
import { toWebPubSubError } from '../../../../lib/drivers/azure/azure.errors.js';
import { textPayload } from '../../../../lib/engine/payload.js';
import { WebPubSubError } from '../../../../lib/errors/web-pubsub.error.js';
import { ACCESS_KEY } from '../../../support/keys.js';
import { useScriptedService, type Script } from './support/scripted.service.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const TEXT = textPayload('hi');

const service = useScriptedService();

async function failureOf(promise: Promise<unknown>): Promise<WebPubSubError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof WebPubSubError) return error;
  throw new Error(`Instead of a WebPubSubError: ${inspect(error)}`);
}

async function failure(script: Script): Promise<WebPubSubError> {
  service().willAnswer(script);
  return await failureOf((await service().hub()).sendToAll(TEXT));
}

describe('answers that are errors', () => {
  it.each<[string, Script, Partial<WebPubSubError>]>([
    [
      'the plain envelope (rest.md 8.1)',
      {
        status: 409,
        headers: { 'content-type': JSON_TYPE, 'x-ms-error-code': 'Error.Connection.Conflict' },
        body: '{"code":"x","message":"Too many.","target":"Connection","details":null,"inner":null}',
      },
      { code: 'Error.Connection.Conflict', message: 'Too many.', target: 'Connection' },
    ],
    [
      'the plain envelope without the header',
      {
        status: 400,
        headers: { 'content-type': JSON_TYPE },
        body: '{"code":"Error.BadRequest","message":"No.","target":"Request","innererror":null}',
      },
      { code: 'Error.BadRequest', message: 'No.', target: 'Request' },
    ],
    [
      'the validation envelope (rest.md 8.3)',
      {
        status: 400,
        headers: { 'content-type': PROBLEM_TYPE, 'x-ms-error-code': 'Error.BadRequest' },
        body: '{"code":"Error.BadRequest","message":"Invalid syntax","target":"filter","errors":{}}',
      },
      { code: 'Error.BadRequest', message: 'Invalid syntax', target: 'filter' },
    ],
    [
      'plain text',
      { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Nothing here' },
      { code: 'Error.NotFound', message: 'Nothing here', target: 'Request' },
    ],
    [
      'no body (M6)',
      { status: 401 },
      {
        code: 'Error.Unauthorized',
        message:
          'The Web PubSub service answered 401. It does not take the access key or the credential.',
      },
    ],
    [
      'a role that is lacking',
      { status: 403 },
      {
        code: 'Error.Forbidden',
        message:
          'The Web PubSub service answered 403. The credential lacks a role that allows this.',
      },
    ],
    ['a quota', { status: 429 }, { code: 'Error.TooManyRequests', statusCode: 429 }],
    [
      'a page of a gateway',
      { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad</h1>' },
      { code: 'Error.BadGateway', message: 'The Web PubSub service answered 502.' },
    ],
    [
      'an envelope of nonsense',
      { status: 400, headers: { 'content-type': JSON_TYPE }, body: '{"code":1,"message":[2]}' },
      { code: 'Error.BadRequest', message: 'The Web PubSub service answered 400.' },
    ],
    [
      'broken JSON',
      { status: 400, headers: { 'content-type': JSON_TYPE }, body: '{"code":' },
      { code: 'Error.BadRequest', message: 'The Web PubSub service answered 400.' },
    ],
    [
      'a status that does not exist',
      { status: 499 },
      { code: 'Error.Http499', message: 'The Web PubSub service answered 499.' },
    ],
  ])('%s', async (_, script, expected) => {
    const error = await failure(script);
    expect(error).toMatchObject({ statusCode: script.status, ...expected });
  });

  it.each([200, 204, 304])('are no success that the API does not know: %i', async (status) => {
    const { code, message, statusCode } = await failure({ status });
    expect([code, statusCode]).toEqual(['UnexpectedAnswer', 502]);
    expect(message).toContain(String(status));
  });

  it('have a short text, however much comes', async () => {
    const headers = { 'content-type': 'text/plain' };
    const { message } = await failure({ status: 400, headers, body: 'x'.repeat(5000) });
    expect(message).toHaveLength(1025);
    const huge = await failure({ status: 400, headers, body: 'x'.repeat(100_000) });
    expect(huge.message).toBe('The Web PubSub service answered 400.');
  });

  it('hold no token, wherever somebody looks', async () => {
    const echo = jwt.sign({ a: 1 }, ACCESS_KEY);
    const headers = { 'content-type': 'text/plain' };
    const error = await failure({ status: 400, headers, body: `You sent Bearer ${echo} here` });
    const token = String(service().last.headers['authorization']).replace('Bearer ', '');
    expect(error.message).toBe('You sent Bearer … here');
    const shown = inspect(error, { depth: Infinity, showHidden: true });
    for (const secret of [token, echo, ACCESS_KEY]) expect(shown).not.toContain(secret);
    expect(error.cause).toMatchObject({ name: 'RestError', statusCode: 400 });
    expect(Object.getOwnPropertyNames(error.cause)).not.toContain('request');
  });

  it('hold no client token that came garbled', async () => {
    const token = jwt.sign({ a: 1 }, ACCESS_KEY);
    service().willAnswer({
      headers: { 'content-type': JSON_TYPE },
      body: `{"value":[{"connectionId":"${token}"`,
    });
    const hub = await service().hub();
    const error = await failureOf(hub.listConnectionsInGroup('g1'));
    expect(error).toMatchObject({ code: 'UnexpectedAnswer', statusCode: 502 });
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain(token);
  });

  it.each([400, 401, 500])('of questions are errors too: %i (M7)', async (status) => {
    service().willAnswer({ status, headers: { 'x-ms-error-code': 'Error.Some' } });
    const hub = await service().hub();
    const error = await failureOf(hub.groupExists('g1'));
    expect(error).toMatchObject({ code: 'Error.Some', statusCode: status });
  });
});

describe('a service that does not answer', () => {
  it('is unreachable', async () => {
    const hub = await service().hub({ endpoint: 'http://127.0.0.1:1' });
    const error = await failureOf(hub.sendToAll(TEXT));
    expect(error).toMatchObject({ code: 'ServiceUnreachable', statusCode: 503, target: 'Service' });
    expect(error.message).toContain('The Web PubSub service at 127.0.0.1:1 cannot be reached');
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
    expect(error.cause).not.toHaveProperty('request');
  });

  it('is unreachable when it hangs up', async () => {
    const server = createServer((socket: Socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const hub = await service().hub({ endpoint: `http://127.0.0.1:${String(port)}` });
    const error = await failureOf(hub.userExists('ann'));
    server.close();
    expect(error).toMatchObject({ code: 'ServiceUnreachable', statusCode: 503 });
  });

  it('is given up after a while', async () => {
    service().willAnswer({ silent: true });
    const hub = await service().hub({ timeoutSeconds: 0.1 });
    const error = await failureOf(hub.sendToAll(TEXT));
    expect(error).toMatchObject({ code: 'ServiceTimeout', statusCode: 504 });
    expect(error.message).toContain('within 0.1 seconds');
  });

  it('is given up between two attempts as well', async () => {
    service().willAnswer({ status: 503, headers: { 'retry-after': '3600' } });
    const hub = await service().hub({ timeoutSeconds: 0.1, maxRetries: 3 });
    const error = await failureOf(hub.sendToAll(TEXT));
    expect(error).toMatchObject({ code: 'ServiceTimeout', statusCode: 504 });
  });

  it('is asked again when it said so', async () => {
    service().willAnswer({ status: 503, headers: { 'retry-after-ms': '1' } }, { status: 202 });
    const hub = await service().hub({ maxRetries: 1 });
    await hub.sendToAll(TEXT);
    expect(service().seen).toHaveLength(2);
    expect(service().seen[1]).toEqual(service().seen[0]);
  });
});

describe('toWebPubSubError', () => {
  it('keeps errors of ours', () => {
    const error = new WebPubSubError('x', { code: 'y', statusCode: 400 });
    expect(toWebPubSubError(error, 'h')).toBe(error);
  });

  it('keeps an abort an abort', () => {
    const error = Object.assign(new Error('secret'), { name: 'AbortError' });
    expect(toWebPubSubError(error, 'h')).toMatchObject({
      name: 'AbortError',
      message: 'The operation was aborted.',
    });
  });

  it.each([
    [new URIError('URI malformed'), 'Error.BadRequest', 400],
    [new Error('"x" should satisfy the constraint "MaxLength": 1'), 'Error.BadRequest', 400],
    [new TypeError('broken'), 'AzureClientFailed', 500],
    ['a text', 'AzureClientFailed', 500],
  ])('explains %s', (error, code, statusCode) => {
    expect(toWebPubSubError(error, 'h')).toMatchObject({
      name: 'WebPubSubError',
      code,
      statusCode,
    });
  });
});
