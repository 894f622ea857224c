import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from './check.interface.js';
import { CheckFailure, isRefusal, presentable } from './check.outcomes.js';
import { Scene } from './scene.js';
import type { Surface } from './surface.interface.js';

/** How a check ended. */
export interface CheckResult {
  readonly check: Check;
  /** `refused` = the service, or the way to it, says that it does not have this. */
  readonly outcome: 'passed' | 'failed' | 'refused' | 'skipped';
  readonly milliseconds: number;
  /** Why it did not pass. Holds no secrets. */
  readonly reason: string;
}

/** Which checks run, and where. */
export interface RunOptions {
  /**
   * The hub that is used. With a hub of somebody else, checks that reach every connection are left
   * out.
   *
   * @defaultValue one of its own, `verify` and a random number
   */
  readonly hub?: string;
  /** Only checks that connect no client and change nothing. @defaultValue false */
  readonly isReadOnly?: boolean;
  /** Called as each check ends. */
  readonly onResult?: (result: CheckResult) => void;
}

// A check has many steps, and each may take all of the patience before it gives up.
const PATIENCES_OF_A_CHECK = 6;

/** Runs checks one after the other; never throws for what a service does. */
export async function runChecks(
  checks: readonly Check[],
  surface: Surface,
  options: RunOptions = {},
): Promise<CheckResult[]> {
  const hub = options.hub ?? ownHubName();
  const run = randomBytes(3).toString('hex');
  const results: CheckResult[] = [];
  for (const [index, check] of checks.entries()) {
    const left = reasonToSkip(check, surface, options);
    const result: CheckResult =
      left === undefined
        ? await runCheck(check, new Scene(surface, hub, `${run}-${String(index)}`))
        : { check, outcome: 'skipped', milliseconds: 0, reason: left };
    results.push(result);
    options.onResult?.(result);
  }
  return results;
}

function ownHubName(): string {
  return `verify${randomBytes(6).toString('hex')}`;
}

function reasonToSkip(check: Check, surface: Surface, options: RunOptions): string | undefined {
  if (check.isRestOnly && surface.rest === undefined) return 'is about requests';
  if (options.isReadOnly && !check.isReadOnly) return 'is not read-only';
  if (check.isHubWide && options.hub !== undefined) return 'reaches everybody in the hub';
  return undefined;
}

async function runCheck(check: Check, scene: Scene): Promise<CheckResult> {
  const start = performance.now();
  const ended = (outcome: CheckResult['outcome'], reason = ''): CheckResult => {
    return { check, outcome, milliseconds: Math.round(performance.now() - start), reason };
  };
  const limit = new AbortController();
  try {
    await Promise.race([
      check.run(scene),
      giveUp(scene.surface.patience * PATIENCES_OF_A_CHECK, limit.signal),
    ]);
    return ended('passed');
  } catch (error) {
    return ended(isRefusal(error) ? 'refused' : 'failed', reasonOf(error));
  } finally {
    limit.abort();
    await scene.clear();
  }
}

async function giveUp(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => {});
  if (!signal.aborted) throw new CheckFailure(`it did not end within ${String(milliseconds)} ms`);
}

function reasonOf(error: unknown): string {
  return presentable(error instanceof Error ? error.message : String(error));
}
