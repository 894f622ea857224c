import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { nextTurn } from './fake.channel.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Which of the objects somebody still holds, after a collection. */
export async function alive(refs: readonly WeakRef<object>[]): Promise<number> {
  // A WeakRef holds its object itself until the job in which it was made or read is over.
  await nextTurn();
  collect();
  return refs.filter((ref) => ref.deref() !== undefined).length;
}
