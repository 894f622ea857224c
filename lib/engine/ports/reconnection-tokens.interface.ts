/** What a reconnection token stands for. */
export interface ReconnectionSubject {
  /** Lower case. */
  readonly hub: string;
  readonly connectionId: string;
  readonly subprotocol: string;
}

/** Issues and checks the proof by which a client gets its connection back on another socket. */
export interface ReconnectionTokens {
  issue(subject: ReconnectionSubject): string;
  isValid(token: string, subject: ReconnectionSubject): boolean;
}
