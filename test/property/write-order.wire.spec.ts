import { assert, asyncProperty } from 'fast-check';
import { startStage, type Stage } from '../support/stage.js';
import { WirePlay } from './write-order.wire.play.js';
import { WIRE_STEPS } from './write-order.wire.steps.js';

describe('what clients hear over the wire', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage('fastify');
  });

  afterAll(async () => {
    await stage.close();
  });

  it('is everything that was accepted, in order, and then the close', async () => {
    await assert(
      asyncProperty(WIRE_STEPS, async (steps) => {
        const play = await WirePlay.prepare(stage);
        for (const step of steps) await play.take(step);
        await play.end();
        const [received, expected]: [unknown[], unknown[]] = [[], []];
        for (const { model, sockets } of play.world.guests) {
          for (const [index, sitting] of model.sittings.entries()) {
            const notes = sockets[index]?.notes ?? [];
            received.push([model.traits.id, notes]);
            expected.push([model.traits.id, sitting.expected(notes, Infinity)]);
          }
        }
        expect(received).toEqual(expected);
        expect(play.problems).toEqual([]);
        await play.world.clear();
      }),
      // A run takes a second: a failure is worth more than a short one.
      { numRuns: 20, endOnFailure: true },
    );
  }, 120_000);
});
