import { textPayload } from '../../engine/payload.js';
import { expectEqual } from '../check.outcomes.js';
import type { Scene } from '../scene.js';
import type { VerifyClient } from '../verify.client.js';

/** Fails unless a client is in just those groups of these, as messages to the groups show. */
export async function expectMembership(
  scene: Scene,
  client: VerifyClient,
  groups: Readonly<Record<string, boolean>>,
): Promise<void> {
  for (const group of Object.keys(groups)) {
    await scene.hub.sendToGroup(group, textPayload(group));
  }
  const frames = await scene.heard(client);
  const found = Object.keys(groups).map((group) => [
    group,
    frames.some((frame) => frame.includes(`"data":"${group}"`)),
  ]);
  expectEqual(Object.fromEntries(found), groups, 'the groups of the client');
}
