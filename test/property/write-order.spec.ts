import { assert, asyncProperty, constant, oneof, type Arbitrary } from 'fast-check';
import { Play } from './write-order.play.js';
import { STEPS } from './write-order.steps.js';

// None, or enough for a crowd, for a crowd of several slices, and for small groups of several.
const HERD: Arbitrary<number> = oneof(
  { weight: 8, arbitrary: constant(0) },
  { weight: 3, arbitrary: constant(60) },
  { weight: 3, arbitrary: constant(200) },
  { weight: 1, arbitrary: constant(700) },
);

describe('what connections are written', () => {
  it('is every message, ack and pong in the order they were given, and then the close', async () => {
    await assert(
      asyncProperty(HERD, STEPS, async (herd, steps) => {
        const play = await Play.prepare(herd);
        for (const [index, step] of steps.entries()) await play.take(step, index + 1);
        await play.settle();
        const { world } = play;
        const [received, expected, late]: [unknown[], unknown[], string[]] = [[], [], []];
        for (const seat of world.seats) {
          const sockets = world.received(seat);
          for (const [index, sitting] of seat.model.sittings.entries()) {
            const notes = (sockets[index] ?? []).map(({ note }) => note);
            received.push([seat.connection.id, notes]);
            expected.push([seat.connection.id, sitting.expected(notes, world.now)]);
            late.push(...sitting.late(sockets[index] ?? []));
          }
        }
        await play.end();
        expect(received).toEqual(expected);
        expect(late).toEqual([]);
        expect(world.diagnostics.errors).toEqual([]);
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});
