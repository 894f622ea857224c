import type { Backplane } from '../backplane/backplane.interface.js';
import type {
  Answer,
  GroupStateItem,
  Request,
  Target,
  Verdict,
} from '../backplane/backplane.message.js';
import { EVERY_NODE, subjectOf } from '../backplane/backplane.subjects.js';
import { lowestStates } from './group-states.js';
import { MAX_SNAPSHOT_ITEMS } from './limits.js';
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
  ): Promise<void> | undefined {
    return this.backplane.publish(this.name, subjectOf(this.name, target), {
      type: 'deliver',
      target,
      message,
      excluded,
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
    const subject = subjectOf(this.name, request.target);
    return strongest(await this.backplane.request(this.name, subject, request));
  }

  /** Asks all nodes about what each of them keeps for the whole hub. */
  async askEveryNode(request: SharedRequest): Promise<Verdict> {
    return strongest(await this.backplane.request(this.name, EVERY_NODE, request));
  }

  /** Tells everybody who watches the states of a group. */
  announceState(group: string, item: GroupStateItem): Promise<void> | undefined {
    const subject = subjectOf(this.name, { kind: 'group', group });
    return this.backplane.publish(this.name, subject, { type: 'groupState', group, item });
  }

  /** The states of the members of a group, by connection id; of a large group the first so many. */
  async groupStates(group: string, limit = MAX_SNAPSHOT_ITEMS): Promise<GroupStateItem[]> {
    const subject = subjectOf(this.name, { kind: 'group', group });
    const request: Request = { type: 'groupStates', group, limit };
    const answers = await this.backplane.request(this.name, subject, request);
    return lowestStates(
      answers.flatMap((answer) => (isVerdict(answer) ? [] : answer)),
      limit,
    );
  }

  exists(target: Target): Promise<boolean> {
    return this.backplane.hasInterest(subjectOf(this.name, target));
  }
}

const STRENGTH: Readonly<Record<Verdict, number>> = { absent: 0, no: 1, yes: 2, limit: 3 };

function strongest(answers: readonly Answer[]): Verdict {
  let best: Verdict = 'absent';
  for (const answer of answers) {
    if (isVerdict(answer) && STRENGTH[answer] > STRENGTH[best]) best = answer;
  }
  return best;
}

function isVerdict(answer: Answer): answer is Verdict {
  return typeof answer === 'string';
}
