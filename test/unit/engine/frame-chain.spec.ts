import { FrameChain } from '../../../lib/engine/frame-chain.js';

const NOW = 1_000_000;
const NEVER = 0;

const a = Buffer.from('aa');
const b = Buffer.from('b');
const c = Buffer.from('ccc');

/** Frames and the times they expire at, behind a root. */
function chain(...frames: [frame: Buffer, expiresAt?: number][]): FrameChain {
  return frames.reduce(
    (node, [frame, expiresAt]) => node.append(frame, expiresAt ?? NEVER),
    FrameChain.root(),
  );
}

describe('FrameChain', () => {
  it('is empty at its root', () => {
    const root = FrameChain.root();
    expect(root.length).toBe(0);
    expect(root.byteLength).toBe(0);
    expect(root.join(NOW)).toHaveLength(0);
  });

  it('counts and joins its frames in the order they were appended', () => {
    const node = chain([a], [b], [c], [a]);
    expect(node.length).toBe(4);
    expect(node.byteLength).toBe(8);
    expect(node.join(NOW).toString()).toBe('aabcccaa');
  });

  it('is the same node for everyone who appended the same frames', () => {
    const root = FrameChain.root();
    const one = root.append(a, NEVER).append(b, NEVER);
    const other = root.append(a, NEVER).append(b, NEVER);
    expect(other).toBe(one);
    expect(other.join(NOW)).toBe(one.join(NOW));
  });

  it('is one node for each of several protocols whose members take turns', () => {
    const root = FrameChain.root();
    const frames = Array.from({ length: 8 }, (_, index) => Buffer.from([index]));
    const nodes = frames.map((frame) => root.append(frame, NEVER));
    expect(frames.map((frame) => root.append(frame, NEVER))).toEqual(nodes);
    frames.forEach((frame, index) => expect(root.append(frame, NEVER)).toBe(nodes[index]));
  });

  it('remembers only the last few frames that others went on with', () => {
    const root = FrameChain.root();
    const first = root.append(a, NEVER);
    for (let index = 0; index < 8; index += 1) root.append(Buffer.from([index]), NEVER);
    expect(root.append(a, NEVER)).not.toBe(first);
  });

  it('tells frames apart by what they are, not by what is in them', () => {
    const root = FrameChain.root();
    expect(root.append(Buffer.from('x'), NEVER)).not.toBe(root.append(Buffer.from('x'), NEVER));
  });

  it('takes the same frame twice in a row for two frames', () => {
    const node = chain([a], [a]);
    expect(node.length).toBe(2);
    expect(node.join(NOW).toString()).toBe('aaaa');
  });

  it('keeps what grew from a node apart from what others append to it later', () => {
    const node = chain([a]);
    const first = node.append(b, NEVER);
    const second = node.append(c, NEVER);
    expect(first.join(NOW).toString()).toBe('aab');
    expect(second.join(NOW).toString()).toBe('aaccc');
    expect(node.join(NOW).toString()).toBe('aa');
  });

  it('hands out a single frame as it is, without a copy', () => {
    expect(chain([a]).join(NOW)).toBe(a);
    expect(chain([a, NOW - 1], [b], [c, NOW - 1]).join(NOW)).toBe(b);
  });

  it('joins once, for frames that may expire too', () => {
    for (const node of [chain([a], [b]), chain([a], [b, NOW + 1])]) {
      expect(node.join(NOW)).toBe(node.join(NOW));
    }
  });

  it('counts a piece as the messages that are in it', () => {
    const node = FrameChain.root().append(a, NEVER, 3).append(b, NOW, 2).append(c, NEVER);
    expect([node.length, node.byteLength]).toEqual([6, 6]);
    expect(node.join(NOW - 1).toString()).toBe('aabccc');
    expect(node.withoutExpired(NOW)).toMatchObject({ length: 4, byteLength: 5 });
    expect(FrameChain.root().append(a, NEVER, 3).join(NOW)).toBe(a);
  });

  it('joins a long sequence without recursion', () => {
    const frames = Array.from({ length: 100_000 }, (): [Buffer] => [b]);
    expect(chain(...frames).join(NOW)).toHaveLength(100_000);
  });

  it.each([
    ['before', NOW - 1, 'aabccc'],
    ['at', NOW, 'aaccc'],
    ['after', NOW + 1, 'aaccc'],
  ])('%s the time a frame expires it joins what is left', (_when, now, text) => {
    expect(chain([a], [b, NOW], [c]).join(now).toString()).toBe(text);
  });

  it('leaves out what has expired since it was last joined', () => {
    const node = chain([a, NOW + 10], [b, NOW + 20], [c]);
    const texts = [0, 10, 15, 20].map((ms) => node.join(NOW + ms).toString());
    expect(texts).toEqual(['aabccc', 'bccc', 'bccc', 'ccc']);
  });

  describe('withoutExpired', () => {
    it.each([
      ['nothing expires', chain([a], [b])],
      ['nothing has expired yet', chain([a, NOW + 1], [b])],
      ['there is nothing', FrameChain.root()],
    ])('is the very node when %s', (_what, node) => {
      expect(node.withoutExpired(NOW)).toBe(node);
    });

    it('counts what is left, and goes on from there', () => {
      const left = chain([a, NOW], [b, NOW + 5], [c]).withoutExpired(NOW);
      expect([left.length, left.byteLength]).toEqual([2, 4]);
      expect(left.append(a, NEVER).join(NOW).toString()).toBe('bcccaa');
      expect(
        left
          .withoutExpired(NOW + 5)
          .join(NOW)
          .toString(),
      ).toBe('ccc');
    });

    it('may leave nothing', () => {
      const left = chain([a, NOW], [b, NOW]).withoutExpired(NOW);
      expect([left.length, left.byteLength]).toEqual([0, 0]);
      expect(left.join(NOW)).toHaveLength(0);
    });

    it('changes nothing for others who hold the node', () => {
      const node = chain([a, NOW], [b]);
      node.withoutExpired(NOW).append(c, NEVER);
      expect([node.length, node.byteLength]).toEqual([2, 3]);
      expect(
        node
          .append(c, NEVER)
          .join(NOW - 1)
          .toString(),
      ).toBe('aabccc');
    });
  });
});
