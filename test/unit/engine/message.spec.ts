import { Message } from '../../../lib/engine/message.js';
import { textPayload } from '../../../lib/engine/payload.js';
import type {
  FrameEncoder,
  SequencedEncoder,
} from '../../../lib/engine/ports/frame-encoder.interface.js';
import { lineEncoder, reliableLineEncoder } from './support/line.protocol.js';

const init = { origin: { from: 'server' }, payload: textPayload('hi') } as const;

/** Counts how often it was asked for a frame. */
class CountingEncoder {
  calls = 0;
  readonly encoder: SequencedEncoder = {
    ...reliableLineEncoder,
    message: (message) => {
      this.calls += 1;
      return lineEncoder.message(message);
    },
    sequencedMessage: (message, sequenceId, cache) => {
      this.calls += 1;
      return reliableLineEncoder.sequencedMessage(message, sequenceId, cache);
    },
  };
}

describe('Message', () => {
  it('is encoded once by each protocol, and its bytes are shared', () => {
    const message = new Message(init);
    const protocols = Array.from({ length: 4 }, () => new CountingEncoder());
    const frames = protocols.map(({ encoder }) => message.frame(encoder));
    for (const [index, { encoder }] of protocols.entries()) {
      expect(message.frame(encoder)).toBe(frames[index]);
    }
    expect(protocols.map(({ calls }) => calls)).toEqual([1, 1, 1, 1]);
    expect(new Set(frames).size).toBe(4);
  });

  it('is not encoded before somebody receives it', () => {
    const counting = new CountingEncoder();
    expect(new Message(init).isFor(counting.encoder)).toBe(true);
    expect(counting.calls).toBe(0);
  });

  it('shares the bytes of members who count alike', () => {
    const message = new Message(init);
    const counting = new CountingEncoder();
    const [one, two, three] = [7, 7, 8].map((id) => message.sequencedFrame(counting.encoder, id));
    expect(two).toBe(one);
    expect([String(one), String(three)]).toEqual(['7 hi\n', '8 hi\n']);
    expect(counting.calls).toBe(2);
  });

  it('keeps the numbers of two protocols apart', () => {
    const message = new Message(init);
    const other: SequencedEncoder = {
      ...reliableLineEncoder,
      sequencedMessage: (_message, id) => Buffer.from(`other ${id}`),
    };
    const texts = [reliableLineEncoder, other, reliableLineEncoder].map((encoder) =>
      message.sequencedFrame(encoder, 1).toString(),
    );
    expect(texts).toEqual(['1 hi\n', 'other 1', '1 hi\n']);
  });

  it('gives each protocol a cache of its own for the whole life of the message', () => {
    const caches = new Set<object>();
    const encoder = (): SequencedEncoder => ({
      ...reliableLineEncoder,
      sequencedMessage: (_message, _id, cache) => {
        caches.add(cache);
        return Buffer.alloc(1);
      },
    });
    const message = new Message(init);
    const [one, other] = [encoder(), encoder()];
    for (const id of [1, 2, 3]) message.sequencedFrame(one, id);
    expect(caches.size).toBe(1);
    message.sequencedFrame(other, 1);
    expect(caches.size).toBe(2);
  });

  it('is the same object in one process, and a copy of what came from another node', () => {
    const message = new Message(init);
    expect(Message.from(message)).toBe(message);
    const metadata = new Map([['k', 'v']]);
    const copy = Message.from({ ...init, metadata, expiresAt: 5 });
    expect(copy).toBeInstanceOf(Message);
    expect(copy).toMatchObject({ ...init, metadata, expiresAt: 5 });
  });

  it('never expires unless it is told when', () => {
    expect(new Message(init).expiresAt).toBe(0);
    expect(new Message({ ...init, expiresAt: 7 }).expiresAt).toBe(7);
  });

  it.each<[string, Partial<FrameEncoder>, boolean]>([
    ['no streams', {}, false],
    ['streams', { streamClosed: () => Buffer.alloc(0) }, true],
  ])('that ends a stream is for protocols that have %s: %s', (_what, members, verdict) => {
    const stream = { streamId: 's', streamSequenceId: 2, endOfStream: true } as const;
    const encoder = { ...lineEncoder, ...members };
    expect(new Message({ ...init, stream }).isFor(encoder)).toBe(verdict);
  });
});
