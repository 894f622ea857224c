import { Batch, type FrameRun } from '../../../lib/engine/batch.js';
import { Message, type MessageInit } from '../../../lib/engine/message.js';
import { textPayload } from '../../../lib/engine/payload.js';
import type { FrameEncoder } from '../../../lib/engine/ports/frame-encoder.interface.js';
import { lineEncoder, reliableLineEncoder } from './support/line.protocol.js';

/** Messages that are called `a`, `b`, … */
function batchOf(...inits: Partial<MessageInit>[]): Batch {
  return new Batch(
    inits.map((init, index) => {
      const payload = textPayload(String.fromCodePoint(97 + index));
      return new Message({ origin: { from: 'server' }, payload, ...init });
    }),
  );
}

const END: Partial<MessageInit> = {
  stream: { streamId: 's', streamSequenceId: 1, endOfStream: true },
};
const streamingEncoder: FrameEncoder = {
  ...lineEncoder,
  streamClosed: () => Buffer.from('closed\n'),
};

const texts = (runs: readonly FrameRun[]): string[] =>
  runs.map(({ frames }) => String(frames.bytes));

describe('Batch', () => {
  it('joins the frames of its messages, once for each protocol', () => {
    const batch = batchOf({}, {}, {});
    const runs = batch.runs(lineEncoder);
    expect(texts(runs)).toEqual(['server a\nserver b\nserver c\n']);
    expect(runs).toMatchObject([{ frames: { lengths: [9, 9, 9], expiresAt: 0 } }]);
    expect(runs[0]?.frames.bytes).toHaveLength(27);
    expect(batch.runs(lineEncoder)).toBe(runs);
    expect(batch.runs(streamingEncoder)).not.toBe(runs);
  });

  it('has the very frame of a single message', () => {
    const message = new Message({ origin: { from: 'server' }, payload: textPayload('a') });
    expect(new Batch([message]).runs(lineEncoder)[0]?.frames.bytes).toBe(
      message.frame(lineEncoder),
    );
  });

  it('keeps apart what expires at another time, in its order', () => {
    const runs = batchOf({}, { expiresAt: 5 }, { expiresAt: 5 }, { expiresAt: 7 }, {}).runs(
      lineEncoder,
    );
    expect(texts(runs)).toEqual(['server a\n', 'server b\nserver c\n', 'server d\n', 'server e\n']);
    expect(runs.map(({ frames }) => frames.expiresAt)).toEqual([0, 5, 7, 0]);
  });

  it('leaves out what the protocol cannot say', () => {
    const batch = batchOf({}, END, {});
    expect(texts(batch.runs(lineEncoder))).toEqual(['server a\nserver c\n']);
    expect(batch.messagesFor(lineEncoder)).toHaveLength(2);
    expect(batch.messagesFor(streamingEncoder)).toHaveLength(3);
    expect(batchOf(END).runs(lineEncoder)).toEqual([]);
  });

  describe('with numbers', () => {
    it('numbers on over its runs, and over what the protocol cannot say', () => {
      const batch = batchOf({}, END, { expiresAt: 5 }, { expiresAt: 5 });
      const runs = batch.sequencedRuns(reliableLineEncoder, 9);
      expect(texts(runs)).toEqual(['9 a\n', '10 c\n11 d\n']);
      expect(runs.map(({ frames }) => frames.lengths)).toEqual([[4], [5, 5]]);
    });

    it('is shared by members who count alike', () => {
      const batch = batchOf({}, {});
      const first = batch.sequencedRuns(reliableLineEncoder, 1);
      expect(batch.sequencedRuns(reliableLineEncoder, 1)).toBe(first);
      const other = batch.sequencedRuns(reliableLineEncoder, 2);
      expect(texts(other)).toEqual(['2 a\n3 b\n']);
      // By these, blocks know that they hold the same for members who count differently.
      expect(other[0]?.messages).toBe(first[0]?.messages);
    });

    it('keeps the protocols apart', () => {
      const batch = batchOf({});
      const other = {
        ...reliableLineEncoder,
        sequencedMessage: (): Buffer => Buffer.from('other'),
      };
      const runs = [reliableLineEncoder, other, reliableLineEncoder].map((encoder) =>
        texts(batch.sequencedRuns(encoder, 1)),
      );
      expect(runs).toEqual([['1 a\n'], ['other'], ['1 a\n']]);
    });
  });
});
