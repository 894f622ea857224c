import { sharedAborter } from '../../engine/abort-signals.js';
import type { Clock } from '../../engine/clock.js';
import type { Diagnostics } from '../../engine/ports/diagnostics.interface.js';
import { askForConsent, type ValidationParts, type ValidationResult } from './validation.js';

const CONSENT_MS = 60_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

const PASSED: ValidationResult = { passed: true };
const NOT_ASKED: ValidationResult = {
  passed: false,
  failure: 'request',
  message: 'it was not asked yet',
};

/** What is known of one URL. */
interface Target {
  /** How the last check ended that has. */
  hasConsent: boolean;
  isAsking: boolean;
  /** The last check, ended or not. */
  latest: Promise<ValidationResult>;
  /** When the next event causes another. */
  dueAt: number;
  /** The pause after the last check, if it failed; else 0. */
  retryMs: number;
}

export interface ValidationCacheParts extends ValidationParts {
  readonly clock: Clock;
  readonly diagnostics: Pick<Diagnostics, 'warn'>;
}

/**
 * Who has agreed to get events, by URL with its query (events.md 4.4). Webhooks with the same URL are
 * asked once; nobody is asked without an event.
 */
export class ValidationCache {
  readonly #targets = new Map<string, Target>();
  readonly #aborter = sharedAborter();

  constructor(private readonly parts: ValidationCacheParts) {}

  /**
   * Whether an event may be sent. Waits for an answer only where there is no consent yet; one that is
   * old is asked for again meanwhile.
   *
   * @param url the validation URL
   * @param name for the log
   */
  async check(url: URL, name: string): Promise<ValidationResult> {
    const target = this.#targetOf(url);
    if (!target.isAsking && this.parts.clock() >= target.dueAt) this.#ask(target, url, name);
    return target.hasConsent ? PASSED : await target.latest;
  }

  /** Asks now, whatever is known; joins a check that is under way. */
  async refresh(url: URL, name: string): Promise<ValidationResult> {
    const target = this.#targetOf(url);
    if (!target.isAsking) this.#ask(target, url, name);
    return target.latest;
  }

  /** Gives up what is under way. */
  close(): void {
    this.#aborter.abort();
  }

  #targetOf(url: URL): Target {
    const known = this.#targets.get(url.href);
    if (known !== undefined) return known;
    const latest = Promise.resolve(NOT_ASKED);
    const target = { hasConsent: false, isAsking: false, latest, dueAt: 0, retryMs: 0 };
    this.#targets.set(url.href, target);
    return target;
  }

  #ask(target: Target, url: URL, name: string): void {
    target.isAsking = true;
    target.latest = askForConsent(url, this.parts, this.#aborter.signal).then((result) => {
      target.isAsking = false;
      target.hasConsent = result.passed;
      target.retryMs = result.passed
        ? 0
        : Math.min(Math.max(target.retryMs * 2, FIRST_RETRY_MS), LONGEST_RETRY_MS);
      target.dueAt = this.parts.clock() + (result.passed ? CONSENT_MS : target.retryMs);
      if (!result.passed) {
        this.parts.diagnostics.warn(`${name} did not pass validation: ${result.message}`);
      }
      return result;
    });
  }
}
