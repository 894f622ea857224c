import { isDeepStrictEqual } from 'node:util';
import { WebPubSubError } from '../errors/web-pubsub.error.js';

const SHOWN_LENGTH = 160;
const JSON_WEB_TOKEN = /\beyJ[\w-]{1,4096}\.[\w-]{1,4096}(?:\.[\w-]{0,4096})?/g;
const REFUSAL_CODES: ReadonlySet<string> = new Set(['NotSupportedByAzure', 'NotSupportedByRest']);

/** The service does not do what a check expects. */
export class CheckFailure extends Error {
  /** Name of the class, for logs. */
  override readonly name = 'CheckFailure';
}

/** The service, or the way to it, says that it does not have what a check is about. */
export class Refusal extends Error {
  /** Name of the class, for logs. */
  override readonly name = 'Refusal';
}

/** Whether an error says that something is not there on purpose. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof Refusal) return true;
  return error instanceof WebPubSubError && REFUSAL_CODES.has(error.code);
}

/** Fails unless two values are deeply equal. */
export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new CheckFailure(`${what}: expected ${shown(expected)}, got ${shown(actual)}`);
}

/** Fails unless a text has another in it. */
export function expectPart(text: string, part: string, what: string): void {
  if (text.includes(part)) return;
  throw new CheckFailure(`${what}: expected ${shown(part)} in ${shown(text)}`);
}

/** Fails unless an operation rejects with this status, and code. */
export async function expectRefused(
  operation: Promise<unknown>,
  { statusCode, code }: { readonly statusCode: number; readonly code?: string },
  what: string,
): Promise<void> {
  const error = await operation.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) throw new CheckFailure(`${what}: it was accepted`);
  if (!(error instanceof WebPubSubError) || isRefusal(error)) throw error;
  expectEqual(error.statusCode, statusCode, `${what}, status`);
  if (code !== undefined) expectEqual(error.code, code, `${what}, code`);
}

/** A text for people, on one line, short and without tokens. */
export function presentable(text: string): string {
  const line = text.replaceAll(JSON_WEB_TOKEN, '…').replaceAll(/\s+/g, ' ').trim();
  return line.length > SHOWN_LENGTH * 2 ? `${line.slice(0, SHOWN_LENGTH * 2)}…` : line;
}

function shown(value: unknown): string {
  const text = presentable(JSON.stringify(value) ?? String(value));
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
