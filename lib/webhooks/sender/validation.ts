import { linkAbort } from '../../engine/abort-signals.js';
import type { OutgoingAnswer, OutgoingHttp, OutgoingRequest } from './outgoing-http.js';
import { isSuccess, sendWithRetries, type Sleep } from './retry.js';

/**
 * Why a webhook did not pass validation: `origin` = no `WebHook-Allowed-Origin` line that names this
 * service, `status` = not 2xx, `request` = no answer.
 */
export type ValidationFailure = 'origin' | 'status' | 'request';

/** Whether a webhook agrees to get events of this service. */
export type ValidationResult =
  | {
      /** It wants them. */
      readonly passed: true;
    }
  | {
      /** It gets none, and events for it fail. */
      readonly passed: false;
      /** What was wrong. */
      readonly failure: ValidationFailure;
      /** For the log; without query and header values. */
      readonly message: string;
    };

export interface ValidationParts {
  readonly http: OutgoingHttp;
  /** Hosts of this service, for `WebHook-Request-Origin`. */
  readonly origins: () => readonly string[];
  readonly sleep: Sleep;
  /** The wait before each further attempt. */
  readonly retryDelaysMs: readonly number[];
  /** For one validation, its retries included. */
  readonly validationTimeoutMs: number;
}

/**
 * Asks a URL whether it wants events (events.md 4.1 to 4.3). Never rejects.
 *
 * @param closing ends it early
 */
export async function askForConsent(
  url: URL,
  { http, origins, sleep, retryDelaysMs, validationTimeoutMs }: ValidationParts,
  closing: AbortSignal,
): Promise<ValidationResult> {
  const aborter = new AbortController();
  const { signal } = aborter;
  const unlink = linkAbort(aborter, closing);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    aborter.abort();
  }, validationTimeoutMs);
  try {
    const hosts = origins();
    const headers: OutgoingRequest['headers'] = [
      ['WebHook-Request-Origin', hosts.join(', ')],
      ['ce-awpsversion', '1.0'],
    ];
    const policy = { delaysMs: retryDelaysMs, sleep };
    let answer = await sendWithRetries(http, { method: 'OPTIONS', url, headers }, policy, signal);
    if (answer.status === 404) answer = await http.send({ method: 'GET', url, headers }, signal);
    return judge(answer, hosts);
  } catch (error) {
    const message = isLate
      ? `there was no answer within ${validationTimeoutMs} ms`
      : `the request failed: ${error instanceof Error ? error.message : String(error)}`;
    return { passed: false, failure: 'request', message };
  } finally {
    clearTimeout(timer);
    unlink();
  }
}

function judge(answer: OutgoingAnswer, hosts: readonly string[]): ValidationResult {
  if (!isSuccess(answer)) {
    return { passed: false, failure: 'status', message: `it answered ${answer.status}` };
  }
  const lines = answer.headers['webhook-allowed-origin'] ?? [];
  const good = new Set(['*', hosts.join(', '), ...hosts].map((origin) => origin.toLowerCase()));
  // A list in one line is one origin that nobody has.
  if (lines.some((line) => good.has(line.trim().toLowerCase()))) return { passed: true };
  const message =
    lines.length === 0
      ? 'its answer has no WebHook-Allowed-Origin'
      : 'no WebHook-Allowed-Origin of its answer is * or a host of this service';
  return { passed: false, failure: 'origin', message };
}
