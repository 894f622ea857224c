import { jest } from '@jest/globals';
import { RequestRouter } from '../../../lib/rest/platform/request-router.js';
import { mountedRoutes } from '../../../lib/rest/platform/route-table.js';
import { HubParameters } from '../../../lib/rest/dto/hub.dto.js';
import { REST_CONTROLLERS } from '../../../lib/rest/rest.controllers.js';
import { RestTargets } from '../../../lib/rest/rest-target.js';

describe('RestTargets', () => {
  const routes = mountedRoutes(REST_CONTROLLERS, {
    getGlobalPrefix: () => '',
    getGlobalPrefixOptions: () => ({}),
  });
  let read: jest.SpiedFunction<RequestRouter['route']>;
  let targets: RestTargets;

  beforeEach(() => {
    const router = new RequestRouter(routes);
    read = jest.spyOn(router, 'route');
    targets = new RestTargets(router);
  });

  const groups = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, index) => `/api/hubs/chat/groups/${from + index}`);

  it('reads a target once, and makes its parameters once', () => {
    const first = targets.find('POST', '/api/hubs/chat/:send?a=1');
    expect(targets.find('POST', '/api/hubs/chat/:send?a=1')).toBe(first);
    expect(first?.parameters(HubParameters)).toBe(first?.parameters(HubParameters));
    expect(read.mock.calls).toEqual([['POST', '/api/hubs/chat/:send?a=1']]);
  });

  it.each([
    ['another method', 'HEAD', '/api/hubs/chat/groups/g'],
    ['another query', 'POST', '/api/hubs/chat/groups/g?b'],
    ['other letter case', 'POST', '/api/hubs/CHAT/groups/g'],
  ])('tells %s apart', (_, method, target) => {
    const other = targets.find('POST', '/api/hubs/chat/groups/g');
    expect(targets.find(method, target)).not.toBe(other);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('does not remember what is for somebody else, or very long', () => {
    const long = `/api/hubs/chat/groups/${'g'.repeat(600)}`;
    for (const target of ['/cats', '/cats', long, long]) targets.find('HEAD', target);
    expect(read).toHaveBeenCalledTimes(4);
  });

  it('keeps what is in use, and forgets the rest', () => {
    for (const target of groups(0, 500)) targets.find('HEAD', target);
    targets.find('HEAD', '/api/hubs/chat/groups/500');
    targets.find('HEAD', '/api/hubs/chat/groups/0');
    for (const target of groups(501, 1001)) targets.find('HEAD', target);
    read.mockClear();
    targets.find('HEAD', '/api/hubs/chat/groups/0');
    targets.find('HEAD', '/api/hubs/chat/groups/1');
    expect(read.mock.calls).toEqual([['HEAD', '/api/hubs/chat/groups/1']]);
  });
});
