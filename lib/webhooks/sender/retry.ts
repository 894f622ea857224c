import type { OutgoingAnswer, OutgoingHttp, OutgoingRequest } from './outgoing-http.js';
import { OutgoingHttpError } from './outgoing-http.js';

/** Waits, and rejects when the signal aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export interface RetryPolicy {
  /** The wait before each further attempt; empty = a single one. */
  readonly delaysMs: readonly number[];
  readonly sleep: Sleep;
}

/**
 * Sends the same request until there is an answer that stands (events.md 7.3): 408, 5xx and network
 * errors are worth another attempt, until there have been enough.
 *
 * @throws {@link OutgoingHttpError}, or what `sleep` rejects with
 */
export async function sendWithRetries(
  http: OutgoingHttp,
  request: OutgoingRequest,
  { delaysMs, sleep }: RetryPolicy,
  signal: AbortSignal,
): Promise<OutgoingAnswer> {
  for (const delayMs of delaysMs) {
    const answer = await attempt(http, request, signal);
    if (answer !== undefined) return answer;
    await sleep(delayMs, signal);
  }
  return http.send(request, signal);
}

/** @returns `undefined` when another attempt may fare better */
async function attempt(
  http: OutgoingHttp,
  request: OutgoingRequest,
  signal: AbortSignal,
): Promise<OutgoingAnswer | undefined> {
  try {
    const answer = await http.send(request, signal);
    return isTransient(answer.status) ? undefined : answer;
  } catch (error) {
    if (error instanceof OutgoingHttpError && error.kind === 'network') return undefined;
    throw error;
  }
}

function isTransient(status: number): boolean {
  return status === 408 || (status >= 500 && status < 600);
}

export function isSuccess({ status }: Pick<OutgoingAnswer, 'status'>): boolean {
  return status >= 200 && status < 300;
}
