/** Checked by the compiler, never run: what the decorators take, and what they must refuse. */
import type { Observable } from 'rxjs';
import {
  AddUserToGroup,
  CheckPermission,
  CloseConnection,
  ConnectionExists,
  GrantPermission,
  SendToAll,
  SendToGroup,
  SendToUser,
  ServiceHealthy,
  UserInGroup,
} from 'nestjs-web-pubsub';

interface Member {
  readonly id: string;
}

/** Methods of every shape take a decorator, synchronous ones too. */
export abstract class Decorated {
  @SendToAll()
  value(): string {
    return 'value';
  }

  @SendToGroup('lobby', { hub: 'chat', contentType: 'text/plain', messageTtlSeconds: 5 })
  async promise(): Promise<string> {
    return await Promise.resolve('value');
  }

  @SendToUser(({ args }) => args[0], { metadata: ({ context }) => ({ by: context.className }) })
  observable(_user: string, source: Observable<number>): Observable<number> {
    return source;
  }

  @SendToGroup(({ args: [room] }) => (room === 'none' ? undefined : room), {
    excludedConnections: ({ args }) => [String(args[1])],
  })
  async *generator(_room: string, _sender: string): AsyncGenerator<number> {
    yield 1;
  }

  @AddUserToGroup('members', ({ result }) => (result as Member).id, { remember: true })
  @UserInGroup('admin', 'admins')
  @ServiceHealthy()
  register(): Member {
    return { id: 'ann' };
  }

  @GrantPermission('sendToGroup', 'c', { targetName: ({ args }) => args[0] })
  @CheckPermission('joinLeaveGroup', 'c', { allGroups: true })
  @CloseConnection('c', { reason: ({ args }) => String(args[0]) })
  @ConnectionExists('c')
  nothing(_group: string): void {}
}

/** What must stay an error. */
export const wrongUse: MethodDecorator[] = [
  // @ts-expect-error a group is a string, or a function of the call
  SendToGroup(5),
  // @ts-expect-error a send to a group needs one
  SendToGroup(),
  // @ts-expect-error the first argument of a function is the call, not the arguments
  SendToUser((userId: string) => userId),
  // @ts-expect-error a call has no `body`
  SendToUser(({ body }) => body),
  // @ts-expect-error there are two permissions
  GrantPermission('publish', 'c', { targetName: 'g' }),
  // @ts-expect-error a permission is one for a group, or explicitly for all
  GrantPermission('sendToGroup', 'c'),
  // @ts-expect-error content types are the service's three
  SendToAll({ contentType: 'text/html' }),
  // @ts-expect-error a user has no connections to exclude
  SendToUser('ann', { excludedConnections: ['c'] }),
  // @ts-expect-error the arguments of a call have no type before they are looked at
  CloseConnection('c', { reason: ({ args }) => args[0] }),
  // @ts-expect-error the health of the service is no matter of a hub
  ServiceHealthy({ hub: 'chat' }),
];

/** A property is no method. */
export class Misplaced {
  // @ts-expect-error a decorator of methods
  @SendToAll()
  property = 1;
}
