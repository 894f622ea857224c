import type { EventConnection } from '../../engine/ports/event-sink.interface.js';
import { signConnectionId } from '../signature.js';

interface Signature {
  readonly keys: readonly string[];
  readonly value: string;
}

/** Signs a connection once, and again when the keys change (events.md 3.1). */
export class ConnectionSignatures {
  readonly #known = new WeakMap<object, Signature>();

  /** @param keys those of now */
  constructor(private readonly keys: () => readonly string[]) {}

  /** Empty without a key. */
  of({ identity, connectionId }: EventConnection): string {
    const keys = this.keys();
    const known = this.#known.get(identity);
    if (known !== undefined && isSame(known.keys, keys)) return known.value;
    const value = signConnectionId(connectionId, keys);
    this.#known.set(identity, { keys: [...keys], value });
    return value;
  }
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((key, index) => key === right[index]);
}
