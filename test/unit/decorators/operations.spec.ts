import {
  AddConnectionToGroup,
  AddUserToGroup,
  CheckFailedException,
  CheckPermission,
  CloseConnection,
  ConnectionExists,
  GrantPermission,
  GroupExists,
  RemoveConnectionFromGroup,
  RemoveUserFromAllGroups,
  RemoveUserFromGroup,
  RevokePermission,
  SendToAll,
  SendToConnection,
  SendToGroup,
  SendToUser,
  ServiceHealthy,
  UserExists,
  UserInGroup,
  WebPubSubError,
  type SendToManyDecoratorOptions,
} from 'nestjs-web-pubsub';
import type { OperationCall } from '../../../lib/decorators/operations/operation.call.js';
import type { HubOperation } from '../../support/recording.driver.js';
import { provide } from './support/decorated.app.js';

const first = ({ args }: OperationCall) => args[0];
const second = ({ args }: OperationCall) => args[1];
const nothing = () => undefined;
const failing = async () => await Promise.reject(new Error('no'));

/** A class whose only method has the decorator. */
function classWith(decorator: MethodDecorator, body: (...args: unknown[]) => unknown) {
  class Service {
    @decorator
    run(...args: unknown[]): unknown {
      return body(...args);
    }
  }
  return Service;
}

describe('a send decorator', () => {
  it.each<[string, MethodDecorator, unknown[]]>([
    ['sendToAll', SendToAll(), ['{"a":1}', {}]],
    ['sendToGroup', SendToGroup('lobby'), ['lobby', '{"a":1}', {}]],
    ['sendToGroup', SendToGroup(first), ['x', '{"a":1}', {}]],
    ['sendToUser', SendToUser(first), ['x', '{"a":1}', {}]],
    ['sendToConnection', SendToConnection(second), ['y', '{"a":1}', {}]],
    [
      'sendToGroup',
      SendToGroup('lobby', {
        messageTtlSeconds: 5,
        excludedConnections: ({ args }) => [String(args[0])],
        metadata: ({ context }) => ({ from: context.methodName }),
      }),
      [
        'lobby',
        '{"a":1}',
        { excluded: ['x'], messageTtlSeconds: 5, metadata: new Map([['from', 'run']]) },
      ],
    ],
  ])('%s sends the result and returns it', async (operation, decorator, args) => {
    const { service, driver } = await provide(classWith(decorator, () => ({ a: 1 })));
    expect(await service.run('x', 'y')).toEqual({ a: 1 });
    expect(driver.operations).toEqual([{ hub: 'chat', operation, args }]);
  });

  it('reads the content type from its options', async () => {
    const { service, driver } = await provide(
      classWith(SendToAll({ contentType: 'text/plain' }), () => 'as it is'),
    );
    await service.run();
    expect(driver.sent).toEqual(['as it is']);
  });
});

describe('a write without a message', () => {
  it.each<[HubOperation, MethodDecorator, unknown[]]>([
    ['closeConnection', CloseConnection(first, { reason: 'bye' }), ['x', 'bye']],
    [
      'closeConnection',
      CloseConnection('c', { reason: ({ args }) => String(args[1]) }),
      ['c', 'y'],
    ],
    ['addConnectionToGroup', AddConnectionToGroup('lobby', first), ['lobby', 'x']],
    ['removeConnectionFromGroup', RemoveConnectionFromGroup(first, second), ['x', 'y']],
    ['addUserToGroup', AddUserToGroup('lobby', ({ result }) => result), ['lobby', 'made']],
    ['rememberUserInGroup', AddUserToGroup('lobby', 'ann', { remember: true }), ['lobby', 'ann']],
    ['removeUserFromGroup', RemoveUserFromGroup('lobby', first), ['lobby', 'x']],
    ['removeUserFromAllGroups', RemoveUserFromAllGroups(first), ['x']],
    [
      'grantPermission',
      GrantPermission('sendToGroup', first, { targetName: second }),
      ['sendToGroup', 'x', 'y'],
    ],
    [
      'revokePermission',
      RevokePermission('joinLeaveGroup', first, { allGroups: true }),
      ['joinLeaveGroup', 'x', undefined],
    ],
  ])('%s runs after the method, once', async (operation, decorator, args) => {
    const seen: number[] = [];
    const { service, driver } = await provide(
      classWith(decorator, () => {
        seen.push(driver.operations.length);
        return 'made';
      }),
    );
    expect(await service.run('x', 'y')).toBe('made');
    expect(seen).toEqual([0]);
    expect(driver.operations).toEqual([{ hub: 'chat', operation, args }]);
  });

  it('does not run when the method fails', async () => {
    const { service, driver } = await provide(classWith(CloseConnection('c'), failing));
    await expect(service.run()).rejects.toThrow('no');
    expect(driver.operations).toEqual([]);
  });

  it('tells the caller when the target is not there', async () => {
    const { service, driver } = await provide(classWith(AddConnectionToGroup('g', 'c'), () => 1));
    driver.willAnswer('addConnectionToGroup', () => false);
    await expect(service.run()).rejects.toMatchObject({ name: 'WebPubSubError', statusCode: 404 });
  });
});

describe('a target that names nothing', () => {
  it.each<[string, MethodDecorator]>([
    ['SendToGroup', SendToGroup(nothing)],
    ['SendToUser', SendToUser(nothing)],
    ['SendToConnection', SendToConnection(nothing)],
    ['CloseConnection', CloseConnection(nothing)],
    ['AddConnectionToGroup', AddConnectionToGroup('lobby', nothing)],
    ['RemoveConnectionFromGroup', RemoveConnectionFromGroup(nothing, 'c')],
    ['AddUserToGroup', AddUserToGroup(nothing, 'ann')],
    ['RemoveUserFromGroup', RemoveUserFromGroup('lobby', nothing)],
    ['RemoveUserFromAllGroups', RemoveUserFromAllGroups(nothing)],
    ['GrantPermission', GrantPermission('sendToGroup', nothing, { targetName: 'g' })],
    ['RevokePermission', RevokePermission('sendToGroup', nothing, { targetName: 'g' })],
    ['GrantPermission', GrantPermission('sendToGroup', 'c', { targetName: nothing })],
    ['RevokePermission', RevokePermission('sendToGroup', 'c', { targetName: nothing })],
  ])('makes @%s do nothing', async (_, decorator) => {
    const { service, driver } = await provide(classWith(decorator, () => 'result'));
    expect(await service.run()).toBe('result');
    expect(driver.operations).toEqual([]);
  });

  it.each<[string, MethodDecorator]>([
    ['ConnectionExists', ConnectionExists(nothing)],
    ['GroupExists', GroupExists(nothing)],
    ['UserExists', UserExists(nothing)],
    ['UserInGroup', UserInGroup('ann', nothing)],
    ['CheckPermission', CheckPermission('sendToGroup', nothing, { targetName: 'g' })],
    ['CheckPermission', CheckPermission('sendToGroup', 'c', { targetName: nothing })],
  ])('makes @%s refuse', async (_, decorator) => {
    const { service, driver } = await provide(classWith(decorator, () => 'result'));
    await expect(service.run()).rejects.toBeInstanceOf(CheckFailedException);
    expect(driver.operations).toEqual([]);
  });

  it('is not confused with one that is no string', async () => {
    const { service, driver } = await provide(classWith(SendToUser(first), () => 'result'));
    await expect(service.run(42)).rejects.toMatchObject({ code: 'InvalidTarget', target: 'run' });
    expect(driver.operations).toEqual([]);
  });
});

describe('a check', () => {
  const permission = CheckPermission('sendToGroup', first, { targetName: second });

  it.each<[HubOperation, MethodDecorator, unknown[], unknown, unknown, string]>([
    [
      'connectionExists',
      ConnectionExists(first),
      ['x'],
      true,
      false,
      'Warning.Connection.NotExisted',
    ],
    ['groupExists', GroupExists(first), ['x'], true, false, 'Warning.Group.NotExisted'],
    ['userExists', UserExists(first), ['x'], true, false, 'Warning.User.NotExisted'],
    [
      'userExistsInGroup',
      UserInGroup(first, second),
      ['x', 'y'],
      true,
      false,
      'Info.User.NotInGroup',
    ],
    [
      'checkPermission',
      permission,
      ['sendToGroup', 'x', 'y'],
      'allowed',
      'denied',
      'Info.Connection.NotExisted',
    ],
    [
      'checkPermission',
      permission,
      ['sendToGroup', 'x', 'y'],
      'allowed',
      'absent',
      'Info.Connection.NotExisted',
    ],
  ])('%s decides before the method', async (operation, decorator, args, yes, no, code) => {
    let runs = 0;
    const { service, driver } = await provide(classWith(decorator, () => ++runs));

    driver.willAnswer(operation, () => no);
    const refusal: unknown = await Promise.resolve(service.run('x', 'y')).catch((error) => error);
    expect(refusal).toBeInstanceOf(CheckFailedException);
    expect(refusal).toMatchObject({
      code,
      status: 404,
      statusCode: 404,
      cause: expect.any(WebPubSubError),
    });
    expect(runs).toBe(0);

    driver.willAnswer(operation, () => yes);
    expect(await service.run('x', 'y')).toBe(1);
    expect(driver.operations).toEqual([
      { hub: 'chat', operation, args },
      { hub: 'chat', operation, args },
    ]);
  });

  it('of the health of the service refuses with 503', async () => {
    const { service, driver } = await provide(classWith(ServiceHealthy(), () => 'ran'));
    expect(await service.run()).toBe('ran');
    driver.isUp = false;
    await expect(service.run()).rejects.toMatchObject({
      code: 'Error.ServiceUnavailable',
      status: 503,
    });
  });

  it('has no result to look at', async () => {
    const calls: OperationCall[] = [];
    const target = (call: OperationCall) => {
      calls.push(call);
      return 'ann';
    };
    const { service } = await provide(classWith(UserExists(target), () => 'result'));
    await service.run('x');
    expect(calls).toEqual([
      {
        args: ['x'],
        context: { instance: service, className: 'Service', methodName: 'run' },
      },
    ]);
    expect(calls[0]).not.toHaveProperty('result');
  });

  it('passes on a failure of the operation itself', async () => {
    const { service, driver } = await provide(classWith(UserExists('ann'), () => 'result'));
    driver.willAnswer('userExists', () => {
      throw new Error('link down');
    });
    await expect(service.run()).rejects.toThrow('link down');
  });
});

describe('the hub of an operation', () => {
  it('is the one that is named, in any letter case', async () => {
    const { service, driver } = await provide(
      classWith(SendToAll({ hub: 'Game' }), () => 1),
      [],
    );
    await service.run();
    expect(driver.operations[0]?.hub).toBe('game');
  });

  it.each<[string, SendToManyDecoratorOptions, string[], string]>([
    ['named when there is none', {}, [], 'HubNotNamed'],
    ['named when there are several', {}, ['chat', 'game'], 'HubNotNamed'],
    ['of a name that the service takes', { hub: '1st' }, ['chat'], 'InvalidHubName'],
  ])('has to be %s, before the method runs', async (_, options, hubs, code) => {
    let runs = 0;
    const { service } = await provide(
      classWith(SendToAll(options), () => ++runs),
      hubs,
    );
    const call = async (): Promise<unknown> => await service.run();
    await expect(call()).rejects.toMatchObject({ name: 'WebPubSubError', code });
    expect(runs).toBe(0);
  });

  it('is not asked for by the health of the service', async () => {
    const { service } = await provide(
      classWith(ServiceHealthy(), () => 'ran'),
      ['chat', 'game'],
    );
    expect(await service.run()).toBe('ran');
  });
});
