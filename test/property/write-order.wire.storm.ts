import type { ClientRequest } from '../support/client.requests.js';
import type { Outsider } from './write-order.wire.steps.js';
import { socketOf, type Guest, type WireWorld } from './write-order.wire.world.js';

/** Several sources that send to the crowd at a time, and a close amid it all. */
export interface Storm {
  readonly world: WireWorld;
  /** A raw client in the crowd that always reads. */
  readonly witness: Guest;
  /** Each sends all it has in one go. */
  readonly askers: readonly Guest[];
  /** Each waits until one message is accepted before it sends the next; at least one. */
  readonly outsiders: readonly Outsider[];
  readonly victim: Guest | undefined;
  /** The victim is closed when this message of the first outsider was accepted; counted from 0. */
  readonly after: number;
  readonly noEcho: boolean;
}

/** One who sends. */
interface Source {
  /** In its own order. */
  readonly texts: readonly string[];
  /** Sends everything, and has it accepted. */
  readonly work: () => Promise<void>;
  /** What one of its messages means for the model. */
  readonly account: (index: number) => void;
}

const CROWD = { kind: 'group', group: 'crowd' } as const;

/**
 * Lets it happen. What the witness has heard is the order of everybody.
 *
 * @param marks numbers for the messages of one source
 * @returns the sources whose own order is not in it
 */
export async function raise(storm: Storm, marks: () => readonly number[]): Promise<string[]> {
  const { world, witness, victim } = storm;
  const callers = storm.outsiders.map((outsider, at) => {
    const onAccepted = async (index: number): Promise<void> => {
      if (at !== 0 || index !== storm.after || victim === undefined) return;
      const connectionId = victim.model.traits.id;
      await world.close({ kind: 'connection', connectionId }, '', '');
    };
    return calling(world, outsider, marks(), onAccepted);
  });
  const sources = [...callers, ...storm.askers.map((asker) => asking(storm, asker, marks()))];
  const from = witness.model.sitting?.length ?? 0;
  await Promise.all(sources.map(async ({ work }) => await work()));
  const order = await heardBy(witness, from, sources.flatMap(({ texts }) => texts).length);

  const turningPoint = callers[0]?.texts[storm.after];
  let certain = 0;
  for (const text of order) {
    for (const { texts, account } of sources) {
      if (texts.includes(text)) account(texts.indexOf(text));
    }
    if (text === turningPoint) certain = victim?.model.sitting?.length ?? 0;
  }
  victim?.model.closeAmid(certain);
  return sources.flatMap(({ texts }) => {
    const found = order.filter((text) => texts.includes(text)).join();
    return found === texts.join() ? [] : [`${found} instead of ${texts.join()}`];
  });
}

function calling(
  world: WireWorld,
  outsider: Outsider,
  marks: readonly number[],
  onAccepted: (index: number) => Promise<void>,
): Source {
  const contents = marks.map((mark) => ({ dataType: 'text', text: `m${String(mark)}` }) as const);
  return {
    texts: contents.map(({ text }) => text),
    work: async () => {
      for (const [index, content] of contents.entries()) {
        await world.deliver(outsider, CROWD, content);
        await onAccepted(index);
      }
    },
    account: (index) => {
      const content = contents[index];
      if (content !== undefined) world.model.deliver(CROWD, { group: CROWD.group, content });
    },
  };
}

function asking({ world, noEcho }: Storm, guest: Guest, marks: readonly number[]): Source {
  const texts = marks.map((mark) => `m${String(mark)}`);
  const requests = marks.map((mark, index): ClientRequest => {
    const content = { dataType: 'text', text: texts[index] as string } as const;
    return { type: 'sendToGroup', group: CROWD.group, content, noEcho, ackId: mark };
  });
  return {
    texts,
    work: async () => await world.burst(guest, requests),
    account: (index) => {
      const request = requests[index];
      if (request !== undefined) world.model.process(guest.model, request)();
      // The ping that ends the burst is right behind.
      if (index === requests.length - 1) guest.model.reply('pong');
    },
  };
}

/** What the witness hears behind a place, without the words in front. */
async function heardBy(witness: Guest, from: number, count: number): Promise<string[]> {
  const socket = socketOf(witness);
  await socket.until(() => socket.notes.length >= from + count);
  return socket.notes.slice(from).map((note) => note.slice('text '.length));
}
