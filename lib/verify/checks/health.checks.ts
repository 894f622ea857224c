import type { Check } from '../check.interface.js';
import { expectEqual } from '../check.outcomes.js';
import { envelopeOf } from '../rest.answers.js';
import type { RestRequest } from '../rest.caller.js';
import type { Scene } from '../scene.js';

const ANNOUNCED = ['2021-10-01', '2022-11-01', '2023-07-01', '2024-01-01', '2024-12-01'];

/** rest.md 14.1: health, and what `api-version` may be. */
export const HEALTH_CHECKS: readonly Check[] = [
  {
    id: 'A1',
    title: 'the service says that it is healthy',
    group: 'health and versions',
    operations: ['HealthApi_GetServiceStatus'],
    isReadOnly: true,
    run: async ({ surface }) => {
      expectEqual(await surface.isHealthy(), true, 'health');
    },
  },
  {
    id: 'A2',
    title: 'health is told without an api-version, whatever the Authorization says',
    group: 'health and versions',
    operations: ['HealthApi_GetServiceStatus'],
    isReadOnly: true,
    isRestOnly: true,
    run: async ({ rest }) => {
      const request = { query: { 'api-version': [] }, authorization: 'Bearer garbage' };
      expectEqual((await rest.call('HEAD', 'api/health', request)).status, 200, 'status');
    },
  },
  {
    id: 'A5',
    title: 'an api-version that there is not is refused',
    group: 'health and versions',
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      await expectVersionRefused(scene, '2019-01-01');
    },
  },
  {
    id: 'A6',
    title: 'two api-versions in one parameter, or in two, are refused (A7)',
    group: 'health and versions',
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      await expectVersionRefused(scene, '2024-12-01,2023-07-01');
      await expectVersionRefused(scene, ['2024-12-01', '2024-12-01']);
    },
  },
  {
    id: 'A8',
    title: 'every api-version since 2021-10-01 is served and announced',
    group: 'health and versions',
    operations: ['GroupExists'],
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      for (const version of ANNOUNCED) {
        const { status, headers } = await ask(scene, { query: { 'api-version': version } });
        expectEqual(status, 404, `status with ${version}`);
        const announced = (headers.get('api-supported-versions') ?? '').split(/, ?/);
        const missing = ANNOUNCED.filter((one) => !announced.includes(one));
        expectEqual(missing, [], `versions that the header leaves out with ${version}`);
      }
    },
  },
];

async function ask(scene: Scene, request: RestRequest): ReturnType<Scene['api']> {
  return await scene.api('HEAD', `groups/${scene.named('nothing')}`, request);
}

async function expectVersionRefused(
  scene: Scene,
  version: string | readonly string[],
): Promise<void> {
  const path = `groups/${scene.named('nothing')}/connections`;
  const { status, text } = await scene.api('GET', path, { query: { 'api-version': version } });
  expectEqual(status, 400, 'status');
  const { code, target } = envelopeOf(text);
  expectEqual({ code, target }, { code: 'Error.BadRequest', target: 'api-version' }, 'envelope');
}
