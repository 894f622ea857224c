import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a token stands for; it opens this one connection and nothing else. */
interface Subject {
  readonly hub: string;
  readonly connectionId: string;
  readonly subprotocol: string;
}

/** Seven days, without clock skew (client-protocols.md 11.2). */
const LIFE_MS = 7 * 24 * 60 * 60 * 1000;
const MAX_TOKEN_LENGTH = 128;
// When it ends, in base 36, and the code over that and the subject.
const FORMAT = /^([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43})$/;

/**
 * Reconnection tokens: a message authentication code over the connection, its hub, its subprotocol and
 * the end of its life. Nothing is stored, and older tokens of a connection stay good.
 */
export class MacReconnectionTokens {
  /** @param secret at least 32 random bytes, the same on all nodes that serve a hub */
  constructor(
    private readonly secret: Buffer,
    private readonly clock: () => number = Date.now,
  ) {}

  issue(subject: Subject): string {
    const end = (this.clock() + LIFE_MS).toString(36);
    return `${end}.${this.#code(end, subject).toString('base64url')}`;
  }

  isValid(token: string, subject: Subject): boolean {
    if (token.length > MAX_TOKEN_LENGTH) return false;
    const [, end, code] = FORMAT.exec(token) ?? [];
    if (end === undefined || code === undefined) return false;
    if (!timingSafeEqual(this.#code(end, subject), Buffer.from(code, 'base64url'))) return false;
    return Number.parseInt(end, 36) > this.clock();
  }

  #code(end: string, { hub, connectionId, subprotocol }: Subject): Buffer {
    // JSON keeps the parts apart, whatever is in them.
    const text = JSON.stringify([end, hub, connectionId, subprotocol]);
    return createHmac('sha256', this.secret).update(text).digest();
  }
}
