import { textPayload } from '../../engine/payload.js';
import type { Check } from '../check.interface.js';
import { expectEqual } from '../check.outcomes.js';
import { envelopeOf } from '../rest.answers.js';
import type { Scene } from '../scene.js';

const X = textPayload('x');
const PLAIN = { headers: { 'Content-Type': 'text/plain' }, body: 'x' };

/** rest.md 14.3: who gets a message. */
export const SEND_CHECKS: readonly Check[] = [
  {
    id: 'C17',
    title: 'sends to nobody are accepted (C29, C33, C36)',
    group: 'sends',
    operations: ['SendToAll', 'SendToGroup', 'SendToUser', 'SendToConnection'],
    run: async (scene) => {
      const nobody = scene.named('nobody');
      await scene.surface.hub(`${scene.hubName}empty`).sendToAll(X);
      await scene.hub.sendToGroup(nobody, X);
      await scene.hub.sendToUser(nobody, X);
      await scene.hub.sendToConnection(nobody, X);
    },
  },
  {
    id: 'C18',
    title: 'excluded connections do not get what everybody gets; case matters (C19, C21)',
    group: 'sends',
    operations: ['SendToAll'],
    isHubWide: true,
    run: async (scene) => {
      const [ann, bob] = [await scene.json(), await scene.json()];
      await scene.hub.sendToAll(textPayload('1'), { excluded: [ann.id] });
      await scene.hub.sendToAll(textPayload('2'), { excluded: [ann.id, bob.id] });
      await scene.hub.sendToAll(textPayload('3'), {
        excluded: [scene.named('nobody'), otherCase(bob.id)],
      });
      await scene.expectTexts(ann, ['3'], 'the excluded');
      await scene.expectTexts(bob, ['1', '3'], 'the other');
    },
  },
  {
    id: 'C20',
    title: 'a comma in an excluded id is a part of it',
    group: 'sends',
    operations: ['SendToGroup'],
    run: async (scene) => {
      const groups = [scene.named('g')];
      const [ann, bob] = [await scene.json({ groups }), await scene.json({ groups })];
      await scene.hub.sendToGroup(scene.named('g'), X, { excluded: [`${ann.id},${bob.id}`] });
      await scene.expectTexts(ann, ['x'], 'the first');
      await scene.expectTexts(bob, ['x'], 'the second');
    },
  },
  {
    id: 'C28',
    title: 'a group gets what is sent to it, and nobody else, and not who is excluded (C30)',
    group: 'sends',
    operations: ['SendToGroup'],
    run: async (scene) => {
      const groups = [scene.named('g')];
      const [ann, bob, eve] = [
        await scene.json({ groups }),
        await scene.json({ groups }),
        await scene.json(),
      ];
      await scene.hub.sendToGroup(scene.named('g'), textPayload('1'));
      await scene.hub.sendToGroup(scene.named('g'), textPayload('2'), { excluded: [ann.id] });
      await scene.expectTexts(ann, ['1'], 'the excluded member');
      await scene.expectTexts(bob, ['1', '2'], 'the other member');
      await scene.expectTexts(eve, [], 'who is no member');
    },
  },
  {
    id: 'C31',
    title: 'every connection of a user gets what is sent to the user; case matters (C32)',
    group: 'sends',
    operations: ['SendToUser'],
    run: async (scene) => {
      const userId = scene.named('u');
      const clients = [await scene.json({ userId }), await scene.json({ userId })];
      const other = await scene.json();
      await scene.hub.sendToUser(userId, X);
      await scene.hub.sendToUser(userId.toUpperCase(), textPayload('wrong'));
      for (const client of clients) await scene.expectTexts(client, ['x'], 'the user');
      await scene.expectTexts(other, [], 'another user');
    },
  },
  {
    id: 'C35',
    title: 'one connection gets what is sent to it',
    group: 'sends',
    operations: ['SendToConnection'],
    run: async (scene) => {
      const userId = scene.named('u');
      const [ann, second] = [await scene.json({ userId }), await scene.json({ userId })];
      await scene.hub.sendToConnection(ann.id, X);
      await scene.expectTexts(ann, ['x'], 'the connection');
      await scene.expectTexts(second, [], 'another one of the user');
    },
  },
  {
    id: 'C38',
    title: 'nothing crosses hubs, and the case of a hub does not matter (C37)',
    group: 'sends',
    operations: ['SendToUser', 'SendToConnection', 'SendToGroup'],
    run: async (scene) => {
      const ann = await scene.json({ groups: [scene.named('g')] });
      const other = scene.surface.hub(`${scene.hubName}other`);
      await other.sendToUser(ann.userId, X);
      await other.sendToConnection(ann.id, X);
      await other.sendToGroup(scene.named('g'), X);
      await scene.surface
        .hub(scene.hubName.toUpperCase())
        .sendToUser(ann.userId, textPayload('same'));
      await scene.expectTexts(ann, ['same'], 'the client');
    },
  },
  {
    id: 'C37',
    title: 'the case of a hub in the path does not matter',
    group: 'sends',
    operations: ['SendToUser'],
    isRestOnly: true,
    run: async (scene) => {
      const ann = await scene.json();
      const path = `api/hubs/${scene.hubName.toUpperCase()}/users/${ann.userId}/:send`;
      expectEqual((await scene.rest.call('POST', path, PLAIN)).status, 202, 'status');
      await scene.expectTexts(ann, ['x'], 'the client');
    },
  },
  {
    id: 'C34',
    title: 'a send to a user takes no excluded connections: they are ignored',
    group: 'sends',
    operations: ['SendToUser'],
    isRestOnly: true,
    run: async (scene) => {
      const ann = await scene.json();
      const request = { ...PLAIN, query: { excluded: ann.id } };
      expectEqual(
        (await scene.api('POST', `users/${ann.userId}/:send`, request)).status,
        202,
        'status',
      );
      await scene.expectTexts(ann, ['x'], 'the client');
    },
  },
  {
    id: 'C26',
    title: 'messages with a life of 1 to 300 seconds arrive',
    group: 'sends',
    operations: ['SendToUser', 'SendToGroup', 'SendToConnection'],
    since: '2023-07-01',
    run: async (scene) => {
      const ann = await scene.json({ groups: [scene.named('g')] });
      await scene.hub.sendToUser(ann.userId, textPayload('0'), { messageTtlSeconds: 0 });
      await scene.hub.sendToGroup(scene.named('g'), textPayload('1'), { messageTtlSeconds: 60 });
      await scene.hub.sendToConnection(ann.id, textPayload('2'), { messageTtlSeconds: 300 });
      await scene.expectTexts(ann, ['0', '1', '2'], 'the client');
    },
  },
  {
    id: 'C27',
    title: 'a life of -1, 301 or abc seconds is 400',
    group: 'sends',
    operations: ['SendToAll'],
    isHubWide: true,
    isReadOnly: true,
    isRestOnly: true,
    since: '2023-07-01',
    run: async (scene) => {
      for (const messageTtlSeconds of ['-1', '301', 'abc']) {
        await expectInvalid(scene, ':send', 'messageTtlSeconds', { messageTtlSeconds });
      }
    },
  },
  {
    id: 'C39',
    title: 'names of hubs that there cannot be are 400',
    group: 'sends',
    operations: ['SendToAll'],
    isReadOnly: true,
    isRestOnly: true,
    run: async ({ rest }) => {
      for (const hub of ['1chat', 'a-b', 'a'.repeat(129)]) {
        const { status, text } = await rest.call('POST', `api/hubs/${hub}/:send`, PLAIN);
        expectEqual([status, envelopeOf(text).target], [400, 'hub'], `the answer to hub ${hub}`);
      }
    },
  },
  {
    id: 'C41',
    title: 'a group has at most 1024 characters, and names are not blank (C42)',
    group: 'sends',
    operations: ['SendToGroup', 'SendToUser', 'SendToConnection'],
    isReadOnly: true,
    isRestOnly: true,
    run: async (scene) => {
      const longest = await scene.api('POST', `groups/${'g'.repeat(1024)}/:send`, PLAIN);
      expectEqual(longest.status, 202, 'status for the longest');
      await expectInvalid(scene, `groups/${'g'.repeat(1025)}/:send`, 'group');
      await expectInvalid(scene, 'groups/%20/:send', 'group');
      await expectInvalid(scene, 'users/%20/:send', 'userId');
      await expectInvalid(scene, 'connections/%20/:send', 'connectionId');
    },
  },
  {
    id: 'C44',
    title: 'names arrive as they are, whatever their characters',
    group: 'sends',
    operations: ['SendToGroup', 'SendToUser', 'UserExists', 'GroupExists'],
    run: async (scene) => {
      for (const word of ['a+b', 'with space', 'ü\u{1f600}', '100%', '?#&=:@', "o'hara"]) {
        const name = scene.named(word);
        const client = await scene.json({ userId: name, groups: [name] });
        expectEqual(await scene.hub.userExists(name), true, `the user ${word} is there`);
        expectEqual(await scene.hub.groupExists(name), true, `the group ${word} is there`);
        await scene.hub.sendToUser(name, textPayload('1'));
        await scene.hub.sendToGroup(name, textPayload('2'));
        await scene.expectTexts(client, ['1', '2'], word);
      }
    },
  },
  {
    id: 'C43',
    title: 'an escaped slash in a path stays escaped',
    group: 'sends',
    operations: ['SendToGroup'],
    isRestOnly: true,
    run: async (scene) => {
      const client = await scene.json({ groups: [scene.named('room%2Fpart')] });
      for (const name of ['room%252Fpart', 'room%2Fpart']) {
        const { status } = await scene.api('POST', `groups/${scene.named(name)}/:send`, PLAIN);
        expectEqual(status, 202, `status for ${name}`);
      }
      await scene.expectTexts(client, ['x', 'x'], 'the member');
    },
  },
  {
    id: 'C1o',
    title: 'messages arrive in the order in which they were accepted',
    group: 'sends',
    operations: ['SendToUser'],
    run: async (scene) => {
      const ann = await scene.json();
      const texts = Array.from({ length: 20 }, (_, index) => String(index));
      for (const text of texts) await scene.hub.sendToUser(ann.userId, textPayload(text));
      await scene.expectTexts(ann, texts, 'the client');
    },
  },
];

/** Fails unless the request is refused over this parameter. */
async function expectInvalid(
  scene: Scene,
  path: string,
  target: string,
  query: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { status, text, headers } = await scene.api('POST', path, { ...PLAIN, query });
  const { code, target: actual } = envelopeOf(text);
  expectEqual(
    { status, code, target: actual, header: headers.get('x-ms-error-code') },
    { status: 400, code: 'Error.BadRequest', target, header: 'Error.BadRequest' },
    `the answer about ${target}`,
  );
}

function otherCase(text: string): string {
  const upper = text.toUpperCase();
  return upper === text ? text.toLowerCase() : upper;
}
