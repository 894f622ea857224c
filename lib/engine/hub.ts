import type { Backplane } from '../backplane/backplane.interface.js';
import type {
  AnswerTo,
  GroupStateItem,
  MemberItem,
  Request,
  Target,
  Verdict,
} from '../backplane/backplane.message.js';
import { EVERY_NODE, subjectOf } from '../backplane/backplane.subjects.js';
import { MAX_SNAPSHOT_ITEMS } from './limits.js';
import { lowestIds } from './lowest-ids.js';
import type { Message } from './message.js';

/** Requests about connections, as opposed to what every node keeps. */
type TargetedRequest = Extract<Request, { target: Target }>;
type SharedRequest = Extract<Request, { userId: string }>;

/**
 * The asynchronous edge of a hub. It knows no connection: what it is told travels to the nodes that
 * have the target, which may be this one, several, or none.
 */
export class Hub {
  constructor(
    /** Lower case. */
    readonly name: string,
    private readonly backplane: Backplane,
  ) {}

  /** Hands a message to every connection of the target; in one process before this returns. */
  deliver(
    target: Target,
    message: Message,
    excluded?: ReadonlySet<string>,
    filter?: string,
  ): Promise<void> | undefined {
    return this.backplane.publish(this.name, subjectOf(this.name, target), {
      type: 'deliver',
      target,
      message,
      excluded,
      filter,
    });
  }

  /** Closes every connection that the target has now, as the application's wish. */
  close(
    target: Target,
    reason: string | undefined,
    excluded?: ReadonlySet<string>,
  ): Promise<void> | undefined {
    return this.backplane.publish(this.name, subjectOf(this.name, target), {
      type: 'close',
      target,
      reason,
      excluded,
    });
  }

  /** `absent` when no node has a connection of the target. */
  async ask(request: TargetedRequest): Promise<Verdict> {
    return strongest(await this.#request(subjectOf(this.name, request.target), request));
  }

  /** Asks all nodes about what each of them keeps for the whole hub. */
  async askEveryNode(request: SharedRequest): Promise<Verdict> {
    return strongest(await this.#request(EVERY_NODE, request));
  }

  /**
   * Changes the groups of every connection that matches.
   *
   * @param filter `undefined` = every connection of the hub
   * @returns `limit` when some had no room for the groups, and were left out
   */
  async changeGroupsOfMatching(
    change: 'join' | 'leave',
    groups: readonly string[],
    filter: string | undefined,
  ): Promise<Verdict> {
    const request = { type: 'changeGroupsOfMatching', change, groups, filter } as const;
    return strongest(await this.#request(subjectOf(this.name, { kind: 'all' }), request));
  }

  /** The first so many members of a group behind a connection id, by connection id. */
  async groupMembers(
    group: string,
    after: string | undefined,
    limit: number,
  ): Promise<MemberItem[]> {
    const request = { type: 'groupMembers', group, after, limit } as const;
    const answers = await this.#request(subjectOf(this.name, { kind: 'group', group }), request);
    return lowestIds(answers.flat(), limit);
  }

  /** How many connections match; all do when there is no filter. */
  async countMatching(filter: string | undefined): Promise<number> {
    const counts = await this.#request(subjectOf(this.name, { kind: 'all' }), {
      type: 'countMatching',
      filter,
    });
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Tells everybody who watches the states of a group. */
  announceState(group: string, item: GroupStateItem): Promise<void> | undefined {
    const subject = subjectOf(this.name, { kind: 'group', group });
    return this.backplane.publish(this.name, subject, { type: 'groupState', group, item });
  }

  /** The states of the members of a group, by connection id; of a large group the first so many. */
  async groupStates(group: string, limit = MAX_SNAPSHOT_ITEMS): Promise<GroupStateItem[]> {
    const request = { type: 'groupStates', group, limit } as const;
    const answers = await this.#request(subjectOf(this.name, { kind: 'group', group }), request);
    return lowestIds(answers.flat(), limit);
  }

  exists(target: Target): Promise<boolean> {
    return this.backplane.hasInterest(subjectOf(this.name, target));
  }
  /** The backplane carries answers without knowing which request has which. */
  async #request<R extends Request>(subject: string, request: R): Promise<readonly AnswerTo<R>[]> {
    return (await this.backplane.request(this.name, subject, request)) as readonly AnswerTo<R>[];
  }
}

const STRENGTH: Readonly<Record<Verdict, number>> = { absent: 0, no: 1, yes: 2, limit: 3 };

function strongest(answers: readonly Verdict[]): Verdict {
  let best: Verdict = 'absent';
  for (const answer of answers) if (STRENGTH[answer] > STRENGTH[best]) best = answer;
  return best;
}
