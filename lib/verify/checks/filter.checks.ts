import { textPayload } from '../../engine/payload.js';
import type { Check } from '../check.interface.js';
import { expectEqual, expectRefused } from '../check.outcomes.js';
import type { Scene } from '../scene.js';
import type { VerifyClient } from '../verify.client.js';

/** A filter, and who of {@link cast} matches it. */
interface FilterCase {
  readonly id: string;
  readonly title: string;
  readonly filter: (cast: Cast) => string;
  readonly matches: readonly ('ann' | 'bob' | 'anonymous')[];
}

/** A client in a group of its own, one in none, and one without a user. */
interface Cast {
  readonly ann: VerifyClient;
  readonly bob: VerifyClient;
  readonly anonymous: VerifyClient;
  readonly group: string;
}

const EVERYBODY = ['ann', 'bob', 'anonymous'] as const;

const FILTERS: readonly FilterCase[] = [
  {
    id: 'C22',
    title: 'a filter compares users',
    filter: ({ ann }) => `userId eq '${ann.userId}'`,
    matches: ['ann'],
  },
  {
    id: 'C22n',
    title: 'a filter finds those without a user',
    filter: () => 'userId eq null',
    matches: ['anonymous'],
  },
  {
    id: 'C22i',
    title: 'a filter compares connections',
    filter: ({ bob }) => `connectionId ne '${bob.id}'`,
    matches: ['ann', 'anonymous'],
  },
  {
    id: 'C22g',
    title: 'a filter asks for groups',
    filter: ({ group }) => `'${group}' in groups`,
    matches: ['ann'],
  },
  {
    id: 'C22l',
    title: 'a filter has and, or, not and brackets',
    filter: ({ ann, bob, group }) =>
      `(userId eq '${ann.userId}' or userId eq '${bob.userId}') and not ('${group}' in groups)`,
    matches: ['bob'],
  },
  { id: 'C25', title: 'an empty filter is none', filter: () => '', matches: EVERYBODY },
];

/** rest.md 9 and 14.3: who of many gets a message. */
export const FILTER_CHECKS: readonly Check[] = [
  ...FILTERS.map(({ id, title, filter, matches }): Check => ({
    id,
    title,
    group: 'filters',
    operations: ['SendToGroup'],
    since: '2022-11-01',
    run: async (scene) => {
      const cast = await castOf(scene);
      await scene.hub.sendToGroup(scene.named('all'), textPayload('x'), { filter: filter(cast) });
      for (const who of EVERYBODY) {
        await scene.expectTexts(cast[who], matches.includes(who) ? ['x'] : [], who);
      }
    },
  })),
  {
    id: 'C23',
    title: 'a filter and excluded connections both count, in sends to everybody and to a user',
    group: 'filters',
    operations: ['SendToAll', 'SendToUser'],
    isHubWide: true,
    since: '2022-11-01',
    run: async (scene) => {
      const userId = scene.named('u');
      const [ann, bob] = [
        await scene.json({ userId }),
        await scene.json({ userId, groups: [scene.named('g')] }),
      ];
      const eve = await scene.json();
      const filter = `userId eq '${userId}'`;
      await scene.hub.sendToAll(textPayload('1'), { filter, excluded: [bob.id] });
      await scene.hub.sendToUser(userId, textPayload('2'), {
        filter: `'${scene.named('g')}' in groups`,
      });
      await scene.expectTexts(ann, ['1'], 'the first');
      await scene.expectTexts(bob, ['2'], 'the second');
      await scene.expectTexts(eve, [], 'another user');
    },
  },
  {
    id: 'C24',
    title: 'what is no filter is 400',
    group: 'filters',
    operations: ['SendToAll', 'SendToGroup', 'SendToUser'],
    isHubWide: true,
    isReadOnly: true,
    since: '2022-11-01',
    run: async (scene) => {
      const x = textPayload('x');
      const options = { filter: 'invalid filter' };
      const refusal = { statusCode: 400 };
      await expectRefused(scene.hub.sendToAll(x, options), refusal, 'a send to everybody');
      await expectRefused(
        scene.hub.sendToGroup(scene.named('g'), x, options),
        refusal,
        'a send to a group',
      );
      await expectRefused(
        scene.hub.sendToUser(scene.named('u'), x, options),
        refusal,
        'a send to a user',
      );
    },
  },
  {
    id: 'C24e',
    title: 'what is wrong with a filter is said in the envelope of the service',
    group: 'filters',
    operations: ['SendToAll'],
    isHubWide: true,
    isReadOnly: true,
    isRestOnly: true,
    since: '2022-11-01',
    run: async (scene) => {
      const { status, headers, text } = await scene.api('POST', ':send', {
        query: { filter: 'invalid filter' },
        headers: { 'Content-Type': 'text/plain' },
        body: 'x',
      });
      const message =
        "Invalid syntax for 'invalid filter': Syntax error at position 14 in 'invalid filter'. (Parameter 'filter')";
      expectEqual(status, 400, 'status');
      expectEqual(headers.get('x-ms-error-code'), 'Error.BadRequest', 'x-ms-error-code');
      const type = 'application/problem+json; charset=utf-8';
      expectEqual(headers.get('content-type'), type, 'content type');
      expectEqual(
        JSON.parse(text),
        {
          code: 'Error.BadRequest',
          message,
          target: 'filter',
          errors: { filter: [message] },
          type: null,
          title: 'One or more validation errors occurred.',
          status: 400,
          detail: null,
          instance: null,
          extensions: {},
        },
        'body',
      );
    },
  },
];

async function castOf(scene: Scene): Promise<Cast> {
  const [group, all] = [scene.named('g'), scene.named('all')];
  return {
    group,
    ann: await scene.json({ groups: [all, group] }),
    bob: await scene.json({ groups: [all] }),
    anonymous: await scene.json({ groups: [all], userId: null }),
  };
}
