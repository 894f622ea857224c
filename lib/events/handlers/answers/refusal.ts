import { HttpException } from '@nestjs/common';
import type {
  ConnectRefused,
  UserEventFailure,
  UserEventOutcome,
} from '../../../engine/ports/event-sink.interface.js';
import { jsonPayload, textPayload, type Payload } from '../../../engine/payload.js';
import { WebPubSubError } from '../../../errors/web-pubsub.error.js';
import { ConnectRejection } from './connect-rejection.exception.js';

type RefusedEvent = Extract<UserEventOutcome, { readonly handled: false }>;

/** How an error refuses a client that wants in; `undefined` when it is a fault, no refusal. */
export function refusedConnect(error: unknown): ConnectRefused | undefined {
  const status = statusOf(error);
  if (status === undefined) return undefined;
  const { mqtt } = error as Partial<ConnectRejection>;
  return {
    accepted: false,
    status,
    detail: detailOf(error),
    ...(error instanceof ConnectRejection && mqtt && { mqtt }),
  };
}

/** How an error refuses a user event; `undefined` when it is a fault, no refusal. */
export function refusedEvent(error: unknown, isMqtt: boolean): RefusedEvent | undefined {
  const status = statusOf(error);
  if (status === undefined) return undefined;
  const failure = failureOf(status);
  return {
    handled: false,
    status,
    detail: detailOf(error),
    ...(failure && { failure }),
    // The one protocol whose clients see why, as callers of HTTP would.
    ...(isMqtt && { mqtt: { status, ...bodyOf(error) } }),
  };
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return checked(error.getStatus());
  return error instanceof WebPubSubError ? checked(error.statusCode) : undefined;
}

/** An exception is never a success, whatever its status says. */
function checked(status: number): number {
  return Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500;
}

function failureOf(status: number): UserEventFailure | undefined {
  if (status >= 500) return undefined;
  return status === 401 || status === 403 ? 'Forbidden' : 'BadRequest';
}

/** Of a `ValidationPipe` the list of what is wrong, which its message leaves out. */
function detailOf(error: unknown): string {
  const { message } = error as Error;
  if (!(error instanceof HttpException)) return message;
  const response = error.getResponse();
  const listed: unknown =
    typeof response === 'string' ? undefined : Reflect.get(response, 'message');
  return Array.isArray(listed) ? listed.join('; ') : message;
}

function bodyOf(error: unknown): { readonly payload?: Payload } {
  if (!(error instanceof HttpException)) return {};
  const response = error.getResponse();
  if (typeof response === 'string') return { payload: textPayload(response) };
  try {
    return { payload: jsonPayload(JSON.stringify(response)) };
  } catch {
    return {};
  }
}
