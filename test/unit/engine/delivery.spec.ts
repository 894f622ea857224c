import { Batch } from '../../../lib/engine/batch.js';
import { plainDelivery } from '../../../lib/engine/delivery.js';
import { FlushScheduler } from '../../../lib/engine/flush.scheduler.js';
import { Message } from '../../../lib/engine/message.js';
import { Outbox } from '../../../lib/engine/outbox.js';
import { textPayload } from '../../../lib/engine/payload.js';
import { SlowConsumers } from '../../../lib/engine/slow-consumers.js';
import { FakeChannel } from './support/fake.channel.js';
import { lineEncoder } from './support/line.protocol.js';

const KIB = 1024;

const message = (text: string, expiresAt = 0): Message =>
  new Message({ origin: { from: 'server' }, payload: textPayload(text), expiresAt });

describe('plainDelivery', () => {
  it('keeps the order when the socket is full in the middle of a batch', () => {
    const channel = new FakeChannel();
    const settings = {
      scheduler: new FlushScheduler(),
      clock: () => 0,
      maxMessages: 100,
      maxBytes: 1024 * KIB,
      hardMaxBytes: 2048 * KIB,
      slowConsumers: new SlowConsumers().hub('chat', { kind: 'drop-oldest' }),
    };
    const outbox = new Outbox(settings, channel, { outboxOverflow: () => {} }, lineEncoder);
    outbox.drained();
    channel.takes = false;
    // So much that it is written at once.
    const batch = [message('x'.repeat(300 * KIB)), message('a', 1000), message('b')];
    plainDelivery.deliver(new Batch(batch), lineEncoder, outbox);
    plainDelivery.deliver(new Batch([message('c')]), lineEncoder, outbox);
    expect(channel.writes).toHaveLength(1);
    channel.takes = true;
    outbox.drained();
    expect(channel.writes.slice(1).join('')).toBe('server a\nserver b\nserver c\n');
  });
});
