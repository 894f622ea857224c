import type { Answer, Command, Request } from './backplane.message.js';

/** What a node does with what reaches it. */
export interface BackplaneNode {
  command(hub: string, command: Command): void;
  request(hub: string, request: Request): Answer | Promise<Answer>;
}

/**
 * Joins the nodes that serve the same hubs. Commands travel to the nodes that have their targets, so
 * a node declares interest in a subject while it has a connection, a user or a group member for it.
 *
 * Methods that the in-memory backplane can finish at once return `undefined` instead of a promise:
 * inside one node nothing waits.
 */
export interface Backplane {
  start(node: BackplaneNode): Promise<void>;
  stop(): Promise<void>;
  /** Declares interest; when the result settles, no later command for the subject is missed. */
  subscribe(subject: string): Promise<void> | undefined;
  unsubscribe(subject: string): void;
  publish(hub: string, subject: string, command: Command): Promise<void> | undefined;
  /** Asks every interested node; an empty array means that nobody has the target. */
  request(hub: string, subject: string, request: Request): Promise<readonly Answer[]>;
  /** Existence is interest: whether any node is subscribed. */
  hasInterest(subject: string): Promise<boolean>;
}
