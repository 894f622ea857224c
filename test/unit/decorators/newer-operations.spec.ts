import { from, lastValueFrom, toArray } from 'rxjs';
import { SendToUser } from 'nestjs-web-pubsub';
import { RemoveConnectionFromAllGroups } from '../../../lib/decorators/operations/connections.decorators.js';
import {
  CloseGroupConnections,
  ListConnectionsInGroup,
} from '../../../lib/decorators/operations/groups.decorators.js';
import {
  AddConnectionsToGroups,
  CloseAllConnections,
  RemoveConnectionsFromGroups,
  SendToAll,
} from '../../../lib/decorators/operations/hub.decorators.js';
import type { OperationCall } from '../../../lib/decorators/operations/operation.call.js';
import { GenerateClientToken } from '../../../lib/decorators/operations/tokens.decorators.js';
import { CloseUserConnections } from '../../../lib/decorators/operations/users.decorators.js';
import type { HubOperation } from '../../support/recording.driver.js';
import { provide } from './support/decorated.app.js';

const first = ({ args }: OperationCall) => args[0];
const nothing = () => undefined;
const TOKEN = { token: 't', baseUrl: 'ws://host', url: 'ws://host?access_token=t' };

function classWith(decorators: MethodDecorator[], body: (...args: unknown[]) => unknown) {
  class Service {
    run(...args: unknown[]): unknown {
      return body(...args);
    }
  }
  const descriptor = Reflect.decorate(
    decorators,
    Service.prototype,
    'run',
    Object.getOwnPropertyDescriptor(Service.prototype, 'run'),
  );
  Object.defineProperty(Service.prototype, 'run', descriptor);
  return Service;
}

describe('a write about many connections', () => {
  it.each<[HubOperation, MethodDecorator, unknown[]]>([
    ['closeAllConnections', CloseAllConnections(), [{}]],
    [
      'closeAllConnections',
      CloseAllConnections({ reason: 'bye', excludedConnections: ({ args }) => [String(args[0])] }),
      [{ reason: 'bye', excluded: ['x'] }],
    ],
    ['closeGroupConnections', CloseGroupConnections('lobby'), ['lobby', {}]],
    [
      'closeUserConnections',
      CloseUserConnections(first, { reason: ({ result }) => String(result) }),
      ['x', { reason: 'made' }],
    ],
    [
      'addConnectionsToGroups',
      AddConnectionsToGroups(['a', 'b'], 'userId ne null'),
      [['a', 'b'], 'userId ne null'],
    ],
    [
      'addConnectionsToGroups',
      AddConnectionsToGroups(
        ({ args }) => args,
        ({ args }) => `userId eq '${String(args[0])}'`,
      ),
      [['x', 'y'], "userId eq 'x'"],
    ],
    [
      'removeConnectionsFromGroups',
      RemoveConnectionsFromGroups(({ args }) => args, ''),
      [['x', 'y'], ''],
    ],
    ['removeConnectionFromAllGroups', RemoveConnectionFromAllGroups(first), ['x']],
  ])('%s runs after the method, once', async (operation, decorator, args) => {
    const { service, driver } = await provide(classWith([decorator], () => 'made'));
    expect(await service.run('x', 'y')).toBe('made');
    expect(driver.operations).toEqual([{ hub: 'chat', operation, args }]);
  });

  it.each<[string, MethodDecorator]>([
    ['CloseGroupConnections', CloseGroupConnections(nothing)],
    ['CloseUserConnections', CloseUserConnections(nothing)],
    ['AddConnectionsToGroups, no groups', AddConnectionsToGroups(nothing, '')],
    ['AddConnectionsToGroups, no filter', AddConnectionsToGroups(['g'], nothing)],
    ['RemoveConnectionsFromGroups, no groups', RemoveConnectionsFromGroups(nothing, '')],
    ['RemoveConnectionsFromGroups, no filter', RemoveConnectionsFromGroups(['g'], nothing)],
    ['RemoveConnectionFromAllGroups', RemoveConnectionFromAllGroups(nothing)],
    ['ListConnectionsInGroup', ListConnectionsInGroup(nothing)],
  ])('%s does nothing without a target', async (_, decorator) => {
    const { service, driver } = await provide(classWith([decorator], () => 'made'));
    expect(await service.run()).toBe('made');
    expect(driver.operations).toEqual([]);
  });

  it.each<[string, MethodDecorator]>([
    ['one group', AddConnectionsToGroups(() => 'g', '')],
    ['a number as filter', AddConnectionsToGroups(['g'], () => 5)],
    ['no filter of a send', SendToAll({ filter: nothing as never })],
  ])('fails with %s', async (_, decorator) => {
    const { service, driver } = await provide(classWith([decorator], () => 'made'));
    await expect(service.run()).rejects.toMatchObject({ code: 'InvalidTarget', statusCode: 500 });
    expect(driver.operations).toEqual([]);
  });
});

describe('a filter of a send', () => {
  it('may follow from the call', async () => {
    const filter = ({ args }: OperationCall): string => `userId ne '${String(args[0])}'`;
    const { service, driver } = await provide(classWith([SendToAll({ filter })], () => 1));
    await service.run('ann');
    expect(driver.operations[0]?.args).toEqual(['1', { filter: "userId ne 'ann'" }]);
  });
});

describe('GenerateClientToken', () => {
  const options = { userId: 'ann', groups: ['g'] };

  it('answers with the token that the method describes', async () => {
    const { service, driver } = await provide(classWith([GenerateClientToken()], () => options));
    driver.willAnswer('getClientAccessToken', () => TOKEN);
    expect(await service.run()).toEqual(TOKEN);
    expect(driver.operations).toEqual([
      { hub: 'chat', operation: 'getClientAccessToken', args: [options] },
    ]);
  });

  it.each([undefined, null])('makes none of %s', async (result) => {
    const { service, driver } = await provide(classWith([GenerateClientToken()], () => result));
    expect(await service.run()).toBe(result);
    expect(driver.operations).toEqual([]);
  });

  it.each(['ann', 5, true, ['ann']])('makes none, for nobody, of %j', async (result) => {
    const { service, driver } = await provide(classWith([GenerateClientToken()], () => result));
    await expect(service.run()).rejects.toMatchObject({ code: 'InvalidResult', statusCode: 500 });
    expect(driver.operations).toEqual([]);
  });

  it('checks what the method describes', async () => {
    const { service } = await provide(
      classWith([GenerateClientToken()], () => ({ userId: ['ann', 'bob'] })),
    );
    await expect(service.run()).rejects.toMatchObject({ statusCode: 400, target: 'userId' });
  });

  it('shows the token to decorators further out, and the options to those further in', async () => {
    const { service, driver } = await provide(
      classWith(
        [
          SendToUser('outer', { contentType: 'application/json' }),
          GenerateClientToken(),
          SendToUser('inner', { contentType: 'application/json' }),
        ],
        () => options,
      ),
    );
    driver.willAnswer('getClientAccessToken', () => TOKEN);
    expect(await service.run()).toEqual(TOKEN);
    expect(
      driver.operations.map(({ operation, args }) => [operation, ...args.slice(0, 2)]),
    ).toEqual([
      ['sendToUser', 'inner', JSON.stringify(options)],
      ['getClientAccessToken', options],
      ['sendToUser', 'outer', JSON.stringify(TOKEN)],
    ]);
  });

  it.each([
    ['an Observable', () => from([options, {}])],
    [
      'an async iterable',
      async function* () {
        yield await Promise.resolve(options);
        yield {};
      },
    ],
  ])('answers each value of %s, and ends with what each operation saw', async (_, body) => {
    const ends: unknown[] = [];
    const saw = (name: string) => (call: OperationCall) => {
      ends.push([name, call.result]);
      return undefined;
    };
    const { service, driver } = await provide(
      classWith(
        [
          CloseUserConnections(saw('outer')),
          GenerateClientToken(),
          CloseUserConnections(saw('inner')),
        ],
        body,
      ),
    );
    let made = 0;
    driver.willAnswer('getClientAccessToken', () => ({ token: String(++made) }));
    const result = service.run() as AsyncIterable<unknown> & ReturnType<typeof from>;
    const tokens: unknown[] = [];
    if (Symbol.asyncIterator in result) for await (const token of result) tokens.push(token);
    else tokens.push(...(await lastValueFrom((result as ReturnType<typeof from>).pipe(toArray()))));
    expect(tokens).toEqual([{ token: '1' }, { token: '2' }]);
    expect(ends).toEqual([
      ['inner', {}],
      ['outer', { token: '2' }],
    ]);
  });
});

describe('ListConnectionsInGroup', () => {
  const members = [{ connectionId: 'a', userId: 'ann' }, { connectionId: 'b' }];

  it.each([
    ['nothing', undefined, {}],
    ['what page it should be', { maxPageSize: 2, continuationToken: '0' }, undefined],
  ])('answers with a page when the method says %s', async (_, result, asked = result) => {
    const { service, driver } = await provide(
      classWith([ListConnectionsInGroup(first)], () => result),
    );
    driver.willAnswer('listConnectionsInGroup', () => ({ members, continuationToken: 'b' }));
    expect(await service.run('lobby')).toEqual({ connections: members, continuationToken: 'b' });
    expect(driver.operations).toEqual([
      { hub: 'chat', operation: 'listConnectionsInGroup', args: ['lobby', asked] },
    ]);
  });

  it('says nothing of a next page when there is none', async () => {
    const { service, driver } = await provide(classWith([ListConnectionsInGroup('g')], nothing));
    driver.willAnswer('listConnectionsInGroup', () => ({ members: [] }));
    expect(JSON.stringify(await service.run())).toBe('{"connections":[]}');
  });
});
