import {
  BadRequestException,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  type NestInterceptor,
  type CallHandler,
  UnauthorizedException,
  UseFilters,
  UseGuards,
  UseInterceptors,
  ValidationPipe,
} from '@nestjs/common';
import { APP_GUARD, APP_PIPE } from '@nestjs/core';
import { IsString, Length } from 'class-validator';
import { map, of, type Observable } from 'rxjs';
import {
  Connection,
  ConnectQuery,
  ConnectRequest,
  EventData,
  Hub,
  HubConnection,
  OnConnect,
  OnConnected,
  OnDisconnected,
  OnMessage,
  OnUserEvent,
  State,
  UserEventReply,
  WebPubSubExecutionContext,
} from 'nestjs-web-pubsub';

export class SayDto {
  @IsString()
  @Length(1, 20)
  text!: string;
}

/** What the application has been told, for the test to look at. */
@Injectable()
export class Diary {
  readonly entries: string[] = [];
  #waiting: (() => void)[] = [];

  write(entry: string): void {
    this.entries.push(entry);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async until(entry: string): Promise<void> {
    while (!this.entries.includes(entry)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

/** An APP_GUARD that sees every event, connect included. */
@Injectable()
class BannedGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType<string>() !== 'web-pubsub') return true;
    const connection = WebPubSubExecutionContext.from(context).getConnection();
    return connection.query['name'] !== 'mallory';
  }
}

@Injectable()
class OddGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Injectable()
class Loud implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((text) => String(text).toUpperCase()));
  }
}

class Overworked extends Error {}

@Catch(Overworked)
class OverworkedFilter implements ExceptionFilter {
  catch(): string {
    return 'later';
  }
}

/** Handlers of every kind, as the same application has them in-process and behind webhooks. */
@Hub('chat')
export class SayHub {
  constructor(private readonly diary: Diary) {}

  @OnConnect()
  connect(@ConnectQuery('name') name: string | undefined, @Connection() request: ConnectRequest) {
    if (name === undefined) throw new UnauthorizedException('Who are you?');
    if (name === 'nobody') throw new ForbiddenException();
    if (name === 'broken') throw new Error('broken');
    request.setState('visits', 1);
    return { userId: name, groups: ['lobby'], roles: ['webpubsub.sendToGroup.lobby'] };
  }

  @OnConnected()
  connected(@Connection() { userId }: HubConnection) {
    this.diary.write(`connected ${userId}`);
  }

  @OnDisconnected()
  disconnected(
    @Connection() { userId }: HubConnection,
    @EventData() { reason }: { reason: string },
  ) {
    this.diary.write(`disconnected ${userId}: ${reason}`);
    throw new Error('harms nothing');
  }

  @OnUserEvent('say')
  say(@EventData() { text }: SayDto) {
    return { said: text };
  }

  @OnUserEvent('echo')
  echo(@EventData() data: unknown) {
    return data;
  }

  @OnUserEvent('count')
  count(@State('visits') visits: number, @Connection() connection: HubConnection) {
    connection.setState('visits', visits + 1);
    return String(visits);
  }

  @OnUserEvent('many')
  many() {
    return of('one', Buffer.from('two'), { three: 3 });
  }

  @OnUserEvent('loud')
  @UseInterceptors(Loud)
  loud(@EventData() text: string) {
    return text;
  }

  @OnUserEvent('guarded')
  @UseGuards(OddGuard)
  guarded() {}

  @OnUserEvent('filtered')
  @UseFilters(OverworkedFilter)
  filtered() {
    throw new Overworked();
  }

  @OnUserEvent('refused')
  refused() {
    throw new BadRequestException('not like this');
  }

  @OnUserEvent('fails')
  fails() {
    throw new Error('a secret');
  }

  @OnUserEvent('labelled')
  labelled() {
    return new UserEventReply({ n: 1 }, { metadata: { queue: 'fast' } });
  }

  @OnUserEvent('silent')
  silent() {}

  @OnMessage()
  message(@EventData() data: string | Buffer) {
    return data;
  }
}

export const sayProviders = [
  SayHub,
  Diary,
  { provide: APP_GUARD, useClass: BannedGuard },
  { provide: APP_PIPE, useValue: new ValidationPipe({ whitelist: true }) },
];
