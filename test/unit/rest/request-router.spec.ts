import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { RequestMethod } from '@nestjs/common';
import { RequestRouter } from '../../../lib/rest/platform/request-router.js';
import type { PathSettings } from '../../../lib/application-prefix.js';
import { mountedRoutes } from '../../../lib/rest/platform/route-table.js';
import { REST_CONTROLLERS } from '../../../lib/rest/rest.controllers.js';

function mountedAt(prefix: string, excluded?: RegExp): PathSettings {
  const exclude = excluded && [{ path: '', pathRegex: excluded, requestMethod: RequestMethod.ALL }];
  return { getGlobalPrefix: () => prefix, getGlobalPrefixOptions: () => ({ exclude }) };
}

function routerAt(prefix: string, excluded?: RegExp): RequestRouter {
  return new RequestRouter(mountedRoutes(REST_CONTROLLERS, mountedAt(prefix, excluded)));
}

describe('mountedRoutes', () => {
  it('reads the 18 operations of 2020-10-01 and the 8 that came later off the decorators', () => {
    const routes = mountedRoutes(REST_CONTROLLERS, mountedAt(''));
    const operations = routes.filter(({ method }) => method !== undefined);
    expect(operations.map(({ method, segments }) => `${method} /${segments.join('/')}`)).toEqual([
      'HEAD /api/health',
      'POST /api/hubs/:hub/~send',
      'POST /api/hubs/:hub/~closeConnections',
      'POST /api/hubs/:hub/~addToGroups',
      'POST /api/hubs/:hub/~removeFromGroups',
      'POST /api/hubs/:hub/~generateToken',
      'HEAD /api/hubs/:hub/connections/:connectionId',
      'DELETE /api/hubs/:hub/connections/:connectionId',
      'POST /api/hubs/:hub/connections/:connectionId/~send',
      'DELETE /api/hubs/:hub/connections/:connectionId/groups',
      'HEAD /api/hubs/:hub/groups/:group',
      'POST /api/hubs/:hub/groups/:group/~send',
      'POST /api/hubs/:hub/groups/:group/~closeConnections',
      'GET /api/hubs/:hub/groups/:group/connections',
      'PUT /api/hubs/:hub/groups/:group/connections/:connectionId',
      'DELETE /api/hubs/:hub/groups/:group/connections/:connectionId',
      'HEAD /api/hubs/:hub/users/:userId',
      'POST /api/hubs/:hub/users/:userId/~send',
      'POST /api/hubs/:hub/users/:userId/~closeConnections',
      'HEAD /api/hubs/:hub/users/:userId/groups/:group',
      'PUT /api/hubs/:hub/users/:userId/groups/:group',
      'DELETE /api/hubs/:hub/users/:userId/groups/:group',
      'DELETE /api/hubs/:hub/users/:userId/groups',
      'PUT /api/hubs/:hub/permissions/:permission/connections/:connectionId',
      'DELETE /api/hubs/:hub/permissions/:permission/connections/:connectionId',
      'HEAD /api/hubs/:hub/permissions/:permission/connections/:connectionId',
    ]);
  });

  it('puts the prefix of the application in front, where it is not excluded', () => {
    const paths = mountedRoutes(REST_CONTROLLERS, mountedAt('/v1/x/', /^\/api\/health$/)).map(
      ({ segments }) => segments.slice(0, 3).join('/'),
    );
    expect(new Set(paths)).toEqual(new Set(['api/health', 'v1/x/api']));
  });
});

describe('RequestRouter', () => {
  const router = routerAt('');

  it.each([
    ['/api/hubs/chat/:send', '/api/hubs/chat/~send'],
    ['/API/hubs/Chat/%3aSEND/?a=%3A#x', '/api/hubs/Chat/~send?a=%3A#x'],
    ['/api/hubs/chat/groups/a%2Fb/:send', '/api/hubs/chat/groups/a%252Fb/~send'],
    [
      `/api/hubs/chat/users/${'é'.repeat(100)}/:send`,
      `/api/hubs/chat/users/${'%C3%A9'.repeat(100)}/~send`,
    ],
    [`/api/hubs/chat/users/${'u'.repeat(101)}/:send`, '/api/hubs/chat/users/~/~send'],
    ['/api/hubs/chat/users/%/:send', '/api/hubs/chat/users/~/~send'],
    ['/api/hubs/chat/nothing?a', '/api/hubs/~unrouted?a'],
  ])('gives the platform something it understands (%#)', (target, internalTarget) => {
    expect(router.route('POST', target)?.internalTarget).toBe(internalTarget);
  });

  it('keeps the whole of a name that the platform does not see', () => {
    const group = 'g'.repeat(1024);
    expect(router.route('HEAD', `/api/hubs/chat/groups/${group}`)?.parameters).toEqual({
      hub: 'chat',
      group,
    });
  });

  it('understands a prefix with a parameter', () => {
    const routed = routerAt(':tenant').route('POST', '/acme%20inc/api/hubs/chat/:send');
    expect(routed?.parameters).toEqual({ tenant: 'acme inc', hub: 'chat' });
    expect(routed?.internalTarget).toBe('/acme%20inc/api/hubs/chat/~send');
  });

  it.each([
    '/',
    '*',
    '',
    '/api',
    '/api/hubs',
    '/api/hubs/',
    '/v1/api/hubs/a/b',
    '/%',
    'api/hubs/a/b',
  ])('leaves %j to others', (target) => {
    expect(router.route('GET', target)).toBeUndefined();
  });

  it('stays calm whatever the target is, and never leaves its part of the URL space', () => {
    const piece = oneof(
      constantFrom('/', '%', '%2F', '%2f', '?', '#', ':send', '~send', '..', '//', 'api', 'hubs'),
      string(),
    );
    assert(
      property(array(piece, { maxLength: 12 }), (pieces) => {
        const routed = router.route('POST', `/api/hubs/${pieces.join('')}`);
        expect(routed?.internalTarget ?? '/api/hubs/').toMatch(/^\/api\/hubs\//);
      }),
    );
  });
});
