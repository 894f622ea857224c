import type { Backplane } from '../backplane/backplane.interface.js';
import type { Answer, Request, Target } from '../backplane/backplane.message.js';
import { EVERY_NODE, subjectOf } from '../backplane/backplane.subjects.js';
import type { Message } from './message.js';

/** Requests about connections, as opposed to what every node keeps. */
type TargetedRequest = Extract<Request, { target: Target }>;
type SharedRequest = Exclude<Request, TargetedRequest>;

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
  async ask(request: TargetedRequest): Promise<Answer> {
    const subject = subjectOf(this.name, request.target);
    return strongest(await this.backplane.request(this.name, subject, request));
  }

  /** Asks all nodes about what each of them keeps for the whole hub. */
  async askEveryNode(request: SharedRequest): Promise<Answer> {
    return strongest(await this.backplane.request(this.name, EVERY_NODE, request));
  }

  exists(target: Target): Promise<boolean> {
    return this.backplane.hasInterest(subjectOf(this.name, target));
  }
}

const STRENGTH: Readonly<Record<Answer, number>> = { absent: 0, no: 1, yes: 2, limit: 3 };

function strongest(answers: readonly Answer[]): Answer {
  let best: Answer = 'absent';
  for (const answer of answers) if (STRENGTH[answer] > STRENGTH[best]) best = answer;
  return best;
}
