/** As the name is written, or with any of its characters escaped. */
const SUSPICIOUS = /__proto__|\\u00/i;

/**
 * The value of a JSON text without members named `__proto__`: they are harmless here, but code that
 * copies or merges what a client sent could write to a prototype with them.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (SUSPICIOUS.test(text)) dropProto(value);
  return value;
}

/** Without recursion, and without a reviver, which is one: clients nest as deep as they like. */
function dropProto(root: unknown): void {
  const pending = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    Reflect.deleteProperty(value, '__proto__');
    for (const member of Object.values(value)) pending.push(member);
  }
}
