import {
  Body,
  createParamDecorator,
  Headers,
  Query,
  type ExecutionContext,
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import { WebPubSubExecutionContext } from '../pipeline/execution-context.js';
import type { ConnectRequest } from '../hub-connection.js';

type Pipe = Type<PipeTransform> | PipeTransform;

/** Written out: the type that Nest 12 infers has names that Nest 11 lacks. */
interface NamedValueDecorator {
  (...pipes: Pipe[]): ParameterDecorator;
  (name: string, ...pipes: Pipe[]): ParameterDecorator;
}

/**
 * The data of the event: of a user event a string, the parsed JSON, or a Buffer; of other events an
 * object ({@link ConnectData}, {@link DisconnectedData}, {@link GroupData}). With a class as its type,
 * a `ValidationPipe` checks it like the body of a request.
 *
 * Parameter decorators of Nest (`@Body`, `@Query`, `@Headers`, `@Req`) and your own, made for
 * controllers, work on handlers too.
 *
 * @param args pipes, after the name of one member of the data if only that is wanted
 * @example
 * ```ts
 * @OnUserEvent('say')
 * say(@EventData(new ValidationPipe({ whitelist: true })) message: MessageDto) {}
 * ```
 */
export function EventData(
  ...args: readonly Pipe[] | readonly [property: string, ...pipes: Pipe[]]
): ParameterDecorator {
  // Nest knows bodies as worth a check, and makes the pipes of their decorator.
  const { name, pipes } = split(args);
  return name === undefined ? Body(...pipes) : Body(name, ...pipes);
}

/**
 * The connection the event comes from: a {@link HubConnection}, on `connect` a {@link ConnectRequest}.
 *
 * @example
 * ```ts
 * @OnConnected()
 * connected(@Connection() connection: HubConnection) {}
 * ```
 */
export const Connection = createParamDecorator((_: unknown, context: ExecutionContext) =>
  WebPubSubExecutionContext.from(context).getConnection(),
);

/**
 * The event itself, a {@link HubEvent}: with its number, its time, and what only its kind has.
 *
 * @example
 * ```ts
 * @OnUserEvent('upload')
 * upload(@ClientEvent() { payload, metadata }: HubUserEvent) {}
 * ```
 */
export const ClientEvent = createParamDecorator((_: unknown, context: ExecutionContext) =>
  WebPubSubExecutionContext.from(context).getEvent(),
);

/**
 * The id of the user; `undefined` for an anonymous client.
 *
 * @example
 * ```ts
 * @OnUserEvent('say')
 * say(@UserId() userId: string | undefined) {}
 * ```
 */
export const UserId = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    WebPubSubExecutionContext.from(context).getConnection().userId,
);

/**
 * What handlers have remembered with {@link HubConnection.setState}, or one member of it. It is always
 * an object, empty at first.
 *
 * @example
 * ```ts
 * @OnUserEvent('say')
 * say(@State('room') room: string | undefined) {}
 * ```
 */
export const State: NamedValueDecorator = createParamDecorator(
  (name: string | undefined, context: ExecutionContext) => {
    const { state } = WebPubSubExecutionContext.from(context).getConnection();
    return name === undefined ? state : state[name];
  },
);

/**
 * The claims of the client's token, each as a list of strings, or the list of one; on `connect` only,
 * otherwise `undefined`.
 *
 * @example
 * ```ts
 * @OnConnect()
 * connect(@Claims('role') roles: readonly string[] | undefined) {}
 * ```
 */
export const Claims: NamedValueDecorator = createParamDecorator(
  (name: string | undefined, context: ExecutionContext) => {
    const { claims } = WebPubSubExecutionContext.from(context).getConnection<ConnectRequest>();
    return name === undefined ? claims : claims?.[name];
  },
);

/**
 * The query of the client's URL, or one parameter of it; on `connect` only, otherwise empty. A
 * parameter is a string, or a list when it was given more than once. With a class as its type, a
 * `ValidationPipe` checks it like the query of a request.
 *
 * @example
 * ```ts
 * @OnConnect()
 * connect(@ConnectQuery('room', ParseIntPipe) room: number) {}
 * ```
 */
export function ConnectQuery(
  ...args: readonly Pipe[] | readonly [name: string, ...pipes: Pipe[]]
): ParameterDecorator {
  const { name, pipes } = split(args);
  return name === undefined ? Query(...pipes) : Query(name, ...pipes);
}

/**
 * The headers of the client's handshake by lower-case name, or one of them in any letter case; on
 * `connect` only, otherwise empty. `Authorization` is not among them.
 *
 * @example
 * ```ts
 * @OnConnect()
 * connect(@ConnectHeaders('User-Agent') agent: string | undefined) {}
 * ```
 */
export function ConnectHeaders(name?: string): ParameterDecorator {
  return Headers(name);
}

function split(args: readonly (string | Pipe)[]): {
  readonly name: string | undefined;
  readonly pipes: readonly Pipe[];
} {
  const [first] = args;
  return {
    name: typeof first === 'string' ? first : undefined,
    pipes: args.filter((arg) => typeof arg !== 'string'),
  };
}
