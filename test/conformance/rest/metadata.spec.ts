import type { OutgoingHttpHeaders } from 'node:http';
import { SURFACES } from '../../support/platforms.js';
import type { RestCall } from '../../support/rest.client.js';
import { badRequest, done } from './answers.js';
import { fromServer, useScene } from './scene.js';

const PREFIX = 'X-WebPubSub-Metadata-';

/** Values by key; several of one key go out as a header that repeats. */
type Metadata = Readonly<Record<string, string | readonly string[]>>;

interface DeliveryCase {
  readonly id: string;
  readonly what: string;
  readonly sent: Metadata;
  readonly heard: Metadata;
}

interface RefusalCase {
  readonly id: string;
  readonly what: string;
  readonly sent: Metadata;
  readonly message?: string;
}

/** A text with metadata. */
function withMetadata(metadata: Metadata): RestCall {
  const headers: OutgoingHttpHeaders = { 'content-type': 'text/plain' };
  for (const [key, value] of Object.entries(metadata)) {
    headers[`${PREFIX}${key}`] = typeof value === 'string' ? value : [...value];
  }
  return { headers, body: 'x' };
}

/** So many headers that all keys and values together have this many bytes. */
function sized(bytes: number): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (let index = 0; bytes > 0; index += 1) {
    const value = 'v'.repeat(Math.min(bytes - 2, 1000));
    metadata[`${String.fromCharCode(97 + index)}k`] = value;
    bytes -= value.length + 2;
  }
  return metadata;
}

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~09az";

describe.each(SURFACES)('metadata on %s', (platform) => {
  const scene = useScene(platform);

  it.each<DeliveryCase>([
    { id: 'C45', what: 'after the last comma', sent: { TraceId: 'a, b' }, heard: { traceid: 'b' } },
    { id: '6.5', what: 'of the last header', sent: { k: ['a', 'b'] }, heard: { k: 'b' } },
    { id: '6.5', what: 'without its spaces', sent: { k: '  v w  ' }, heard: { k: 'v w' } },
    { id: '6.5', what: 'that is empty', sent: { k: '' }, heard: { k: '' } },
    {
      id: '6.5',
      what: 'of every character that a key may have',
      sent: { [TOKEN_CHARACTERS]: 'v' },
      heard: { [TOKEN_CHARACTERS]: 'v' },
    },
    {
      id: '6.5',
      what: 'of 1024 bytes',
      sent: { k: 'v'.repeat(1024) },
      heard: { k: 'v'.repeat(1024) },
    },
    {
      id: '6.5',
      what: 'of a key of 256 bytes',
      sent: { ['k'.repeat(256)]: 'v' },
      heard: { ['k'.repeat(256)]: 'v' },
    },
    { id: '6.5', what: 'of 8192 bytes together', sent: sized(8192), heard: sized(8192) },
    {
      id: '6.5',
      what: 'whose key is a name every object has',
      sent: { ['__proto__']: 'v', constructor: 'w' },
      heard: { ['__proto__']: 'v', constructor: 'w' },
    },
  ])('$id gives JSON clients the value $what', async ({ sent, heard }) => {
    const { J1 } = await scene().cast({ J1: {} });
    expect(await scene().call('POST', '/:send', withMetadata(sent))).toEqual(done(202));
    const bare = fromServer('text', '"x"');
    const envelope = `${bare.slice(0, -1)},"metadata":${JSON.stringify(heard)}}`;
    expect(await scene().heard(J1)).toEqual([envelope]);
  });

  it('C46 gives raw clients the bare body', async () => {
    const { W3 } = await scene().cast({ W3: {} });
    await scene().call('POST', '/:send', withMetadata({ TraceId: 'a, b' }));
    expect(await scene().heard(W3)).toEqual(['x']);
  });

  it.each<RefusalCase>([
    {
      id: 'C47',
      what: 'a value of 1025 bytes',
      sent: { k: 'v'.repeat(1025) },
      message: "Metadata value for key 'k' exceeds 1024 bytes.",
    },
    {
      id: '6.5',
      what: 'a key of 257 bytes',
      sent: { ['k'.repeat(257)]: 'v' },
    },
    {
      id: '6.5',
      what: 'more than 8192 bytes',
      sent: sized(8193),
      message: 'Metadata exceeds 8192 bytes.',
    },
    { id: '6.5', what: 'no key', sent: { '': 'v' } },
    { id: '6.5', what: 'a value beyond ASCII', sent: { k: 'é' } },
  ])('$id refuses $what', async ({ sent, message }) => {
    const { J1 } = await scene().cast({ J1: {} });
    const answer = await scene().call('POST', '/:send', withMetadata(sent));
    expect(answer).toEqual(badRequest(message));
    expect(await scene().heard(J1)).toEqual([]);
  });
});
