import { serviceErrors } from '../../../lib/errors/service-errors.js';
import { ANNOUNCED_VERSIONS } from '../../../lib/rest/api-version.js';
import {
  PLATFORMS,
  RecordingLogger,
  type RestApplication,
  startRest,
} from './support/rest.application.js';

const V = 'api-version=2024-12-01';
const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

function fail(): never {
  throw new Error('password=hunter2');
}

describe.each(PLATFORMS)('errors on %s', (platform) => {
  const logger = new RecordingLogger();
  let rest: RestApplication;

  beforeAll(async () => {
    rest = await startRest(platform, { nest: { logger } });
  });
  beforeEach(() => {
    rest.driver.reset();
    logger.errors.length = 0;
  });
  afterAll(() => rest.close());

  const hub = (method: string, path: string, headers = {}) =>
    rest.call(method, `/api/hubs/chat${path}`, { headers });

  describe('the plain envelope (8.1)', () => {
    it('is byte for byte the recorded one (E2)', async () => {
      rest.driver.willAnswer('addConnectionToGroup', () => false);
      const reply = await hub('PUT', `/groups/g1/connections/no-such?${V}`);

      expect(reply.status).toBe(404);
      expect(reply.body).toBe(
        '{"code":"Error.Connection.NotExisted","message":"Connection `no-such` is not found.",' +
          '"target":"Connection","details":null,"inner":null}',
      );
      expect(reply.headers).toMatchObject({
        'content-type': JSON_TYPE,
        'content-length': '135',
        'x-ms-error-code': 'Error.Connection.NotExisted',
        'api-supported-versions': ANNOUNCED_VERSIONS,
      });
    });

    it('has the recorded length where a permission lacks its target (F14)', async () => {
      const reply = await hub('DELETE', `/permissions/sendToGroup/connections/c1?${V}`);

      expect(reply.status).toBe(400);
      expect(reply.body).toBe(
        '{"code":"Error.BadRequest","message":"Invalid group name. Valid group name should be in ' +
          'between 1 and 1024 characters long.","target":"Request","details":null,"inner":null}',
      );
      expect(Buffer.byteLength(reply.body)).toBe(172);
      expect(reply.headers['api-supported-versions']).toBe(ANNOUNCED_VERSIONS);
      expect(reply.headers['x-ms-error-code']).toBe('Error.BadRequest');
    });

    it('has the recorded length where a permission is granted to nobody (F11)', async () => {
      rest.driver.willAnswer('grantPermission', () => false);
      const path = `/permissions/sendToGroup/connections/no-such?targetName=g1&${V}`;
      const reply = await hub('PUT', path);

      expect(reply.headers['content-length']).toBe('134');
      expect(reply.headers['x-ms-error-code']).toBe('Info.Connection.NotExisted');
    });
  });

  describe('a HEAD that finds nothing (1.5)', () => {
    it.each([
      // D2, D4, D6
      ['/connections/no-such', 'connectionExists', '137', 'Warning.Connection.NotExisted'],
      ['/users/nobody', 'userExists', '118', 'Warning.User.NotExisted'],
      ['/groups/g-empty', 'groupExists', '118', 'Warning.Group.NotExisted'],
    ] as const)(
      '%s states the length of a body it does not have',
      async (path, operation, length, code) => {
        rest.driver.willAnswer(operation, () => false);
        for (const version of ['', `?${V}`]) {
          const reply = await hub('HEAD', path + version);
          expect(reply.status).toBe(404);
          expect(reply.body).toBe('');
          expect(reply.headers).toMatchObject({
            'content-length': length,
            'content-type': JSON_TYPE,
            'x-ms-error-code': code,
            'api-supported-versions': ANNOUNCED_VERSIONS,
          });
        }
      },
    );

    it('has the headers of a validation error too (15.27)', async () => {
      const got = await rest.call('POST', '/api/hubs/1chat/users/u1/:send');
      const reply = await rest.call('HEAD', '/api/hubs/1chat/users/u1');
      expect(reply.status).toBe(400);
      expect(reply.body).toBe('');
      expect(reply.headers['content-length']).toBe(String(got.body.length));
      expect(reply.headers['content-type']).toBe(PROBLEM_TYPE);
    });
  });

  describe('the validation envelope (8.3)', () => {
    it('is byte for byte the recorded one', async () => {
      const reply = await rest.call('POST', `/api/hubs/a-b/:send?${V}`);

      expect(reply.status).toBe(400);
      expect(reply.body).toBe(
        '{"code":"Error.BadRequest","message":"Invalid hub name.","target":"hub",' +
          '"errors":{"hub":["Invalid hub name."]},"type":null,' +
          '"title":"One or more validation errors occurred.","status":400,"detail":null,' +
          '"instance":null,"extensions":{}}',
      );
      expect(reply.headers['x-ms-error-code']).toBe('Error.BadRequest');
      expect(reply.headers['api-supported-versions']).toBeUndefined();
      expect(reply.headers['content-length']).toBe(String(reply.body.length));
    });

    it.each([
      [undefined, PROBLEM_TYPE],
      ['*/*', PROBLEM_TYPE],
      ['application/json', PROBLEM_TYPE],
      ['application/json, text/json', JSON_TYPE],
    ])('for Accept %s has the type %s', async (accept, type) => {
      const headers = accept === undefined ? {} : { accept };
      const reply = await rest.call('POST', `/api/hubs/a-b/:send?${V}`, { headers });
      expect(reply.headers['content-type']).toBe(type);
    });

    it('names every failure, and describes the first in the order of the path', async () => {
      const reply = await rest.call('PUT', `/api/hubs/-/groups/%20/connections/%20?${V}`);
      const body = JSON.parse(reply.body) as { errors: object };
      expect(body).toMatchObject({ target: 'hub', message: 'Invalid hub name.' });
      expect(body.errors).toEqual({
        hub: ['Invalid hub name.'],
        group: ['Invalid group name.'],
        connectionId: ['Invalid connection ID.'],
      });
    });

    it.each([
      // C39, C41, C42
      ['POST', `/api/hubs/${'h'.repeat(129)}/:send`, 'hub', 'Invalid hub name.'],
      ['PUT', '/api/hubs/1chat/users/u/groups/g', 'hub', 'Invalid hub name.'],
      // KELVIN SIGN, whose lower case is a plain k
      ['POST', '/api/hubs/%E2%84%AA/:send', 'hub', 'Invalid hub name.'],
      ['POST', '/api/hubs/chat/groups/%20/:send', 'group', 'Invalid group name.'],
      ['DELETE', '/api/hubs/chat/users/u/groups/%20', 'group', 'Invalid group name.'],
      ['DELETE', '/api/hubs/chat/users/%20/groups', 'userId', 'Invalid user ID.'],
      ['DELETE', '/api/hubs/chat/connections/%20', 'connectionId', 'Invalid connection ID.'],
      ['PUT', '/api/hubs/chat/groups/g/connections/%0A', 'connectionId', 'Invalid connection ID.'],
    ])('refuses %s %s for its %s', async (method, path, target, message) => {
      const reply = await rest.call(method, path);
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({ target, message });
      expect(rest.driver.calls).toEqual([]);
    });
  });

  describe('a failing driver', () => {
    it.each(['PUT', 'DELETE'])(
      'is 500 on %s, and tells the details to the log only',
      async (method) => {
        rest.driver.willAnswer('addConnectionToGroup', fail);
        rest.driver.willAnswer('removeConnectionFromGroup', fail);
        const reply = await hub(method, `/groups/g1/connections/c1?${V}`);

        expect(reply.status).toBe(500);
        expect(JSON.parse(reply.body)).toEqual({
          code: 'Error.InternalServerError',
          message: 'The service failed to process the request.',
          target: 'Request',
          details: null,
          inner: null,
        });
        expect(reply.headers['x-ms-error-code']).toBe('Error.InternalServerError');
        const id = String(reply.headers['x-ms-request-id']);
        expect(logger.errors).toHaveLength(1);
        expect(logger.errors[0]).toContain(id);
        expect(logger.errors[0]).toContain('hunter2');
      },
    );

    it('passes on what the service itself says, and logs what lies below', async () => {
      rest.driver.willAnswer('userExists', () => {
        throw serviceErrors.unavailable(
          'The cluster cannot be reached.',
          new Error('ECONNREFUSED'),
        );
      });
      const reply = await hub('HEAD', '/users/u1');
      expect(reply.status).toBe(503);
      expect(reply.headers['x-ms-error-code']).toBe('Error.ServiceUnavailable');
      expect(logger.errors[0]).toContain('ECONNREFUSED');
    });

    it('does not log what the caller did wrong', async () => {
      rest.driver.willAnswer('grantPermission', () => {
        throw serviceErrors.connectionConflict('Too many overrides.');
      });
      const reply = await hub('PUT', `/permissions/1/connections/c1?targetName=g&${V}`);
      expect(reply.status).toBe(409);
      expect(reply.headers['x-ms-error-code']).toBe('Error.Connection.Conflict');
      expect(reply.headers['x-ms-request-id']).toBeUndefined();
      expect(logger.errors).toEqual([]);
    });
  });

  describe('the api-version (A5 to A8)', () => {
    it.each([
      'api-version=2019-01-01',
      'api-version=2024-12-01,2023-07-01',
      'api-version=2024-12-01&api-version=2024-12-01',
      'api-version=2024-12-01&API-Version=2024-12-01',
      'api-version=',
      'api-version=2024-12-01%20',
      'api-version=constructor',
    ])('"%s" is refused', async (query) => {
      const reply = await hub('POST', `/:send?${query}`, { 'content-type': 'text/plain' });
      expect(reply.status).toBe(400);
      expect(reply.body).toBe(
        '{"code":"Error.BadRequest","message":"The specified API version is not supported.",' +
          '"target":"api-version","details":null,"inner":null}',
      );
      expect(reply.headers['api-supported-versions']).toBe(ANNOUNCED_VERSIONS);
      expect(rest.driver.calls).toEqual([]);
    });

    it.each([
      '2020-10-01',
      '2021-01-01',
      '2021-05-01-preview',
      '2021-08-01-preview',
      '2021-10-01',
      '2022-10-01-preview',
      '2022-11-01',
      '2023-07-01',
      '2024-01-01',
      '2024-12-01',
    ])('%s is served', async (version) => {
      const reply = await hub('POST', `/:send?Api-Version=${version}`);
      expect(reply.status).toBe(202);
      expect(reply.headers['api-supported-versions']).toBe(
        '2021-10-01, 2022-11-01, 2023-07-01, 2024-01-01, 2024-12-01',
      );
    });
  });
});
