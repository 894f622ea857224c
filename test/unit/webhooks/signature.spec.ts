import { signConnectionId, verifySignature } from '../../../lib/webhooks/signature.js';

const K1 = 'primary-key-for-test-vectors-0123456789abcdef';
const K2 = 'secondary-key-for-test-vectors-fedcba9876543210';
const KEY_LIKE_BASE64 = 'c2FtcGxlLWFjY2Vzcy1rZXktZm9yLXRlc3QtdmVjdG9ycyE=';
const NET_KEY = '7aab239577fd4f24bc919802fb629f5f';
const GUID = '0bd83792-2a0c-48d3-9fbd-df63aa2ed9db';

const VECTORS: [string, string, string, string][] = [
  ['SV1', 'conn-0001', K1, '254a6e15f8b418c8ded7b506486add4c62500111a37467fd8cc79aa54fb98262'],
  ['SV2', 'conn-0001', K2, '023135a4727e994e1cd44df583a9e186735a5aa1f8d0af8ae436b0ac0973f251'],
  ['SV3', GUID, K1, 'dedf225882cf72cf1de2dde31e9fcb6aea3b5297e3c0488420c62b98a2941db8'],
  ['SV4', GUID, K2, '0bf5fffd23928cce5525b77bc89b09fca79e5f5c51845fcfbbb901a391d48439'],
  ['SV5', 'device/温度-7', K1, 'e7bf952290092d15777c134695c38c37d33ca3965eaf6a3d73dee09ceb3dc47e'],
  ['SV6', 'device/温度-7', K2, 'ad1f19eba4161b1ab66b83a4c1248bbe57651b2a5c5758118018da1280cce649'],
  ['SV7', 'CONN-0001', K1, '84132340a4a002ef4061507e294ad850eed98d4a477412384caa281b7df0e2e0'],
  [
    'SV8',
    'conn-0001',
    KEY_LIKE_BASE64,
    '326c7f2da2a1c4ec3077eb25ccad63228fb4e6b9424457756e8a06f69ff2fd04',
  ],
  [
    'SV9',
    '0f9c97a2f0bf4706afe87a14e0797b11',
    NET_KEY,
    '7767effcb3946f3e1de039df4b986ef02c110b1469d02c0a06f41b3b727ab561',
  ],
];

const BY_K1 = `sha256=${VECTORS[0]?.[3]}`;
const BY_K2 = `sha256=${VECTORS[1]?.[3]}`;
const ID = Buffer.from('conn-0001');
const OTHER = 'a key that signs nothing here, 0123456789';

describe('signConnectionId (events.md 3.1)', () => {
  it.each(VECTORS)('S1 %s reproduces the vector', (_case, id, key, hex) => {
    expect(signConnectionId(id, [key])).toBe(`sha256=${hex}`);
    expect(signConnectionId(Buffer.from(id, 'utf8'), [key])).toBe(`sha256=${hex}`);
  });

  it('S2 lists the primary first, the secondary second', () => {
    expect(signConnectionId('conn-0001', [K1, K2])).toBe(`${BY_K1},${BY_K2}`);
  });

  it('has nothing to say without a key', () => {
    expect(signConnectionId('conn-0001', [])).toBe('');
  });
});

describe('verifySignature (events.md 3.2)', () => {
  it.each(VECTORS)('S1 %s is accepted', (_case, id, key, hex) => {
    expect(verifySignature([`sha256=${hex}`], Buffer.from(id, 'utf8'), [key])).toBe(true);
  });

  it('SV5 takes an id as Node hands the header over', () => {
    const header = Buffer.from('device/温度-7', 'utf8').toString('latin1');
    const signature = `sha256=${VECTORS[4]?.[3]}`;
    expect(verifySignature([signature], Buffer.from(header, 'latin1'), [K1])).toBe(true);
  });

  it.each<[string, string[], string[]]>([
    ['S3 only K2 is trusted, both are sent', [`${BY_K1},${BY_K2}`], [K2]],
    ['S4 the new key of two trusted ones', [BY_K2], [K1, K2]],
    ['S5 items swapped', [`${BY_K2},${BY_K1}`], [K1]],
    ['S5 blanks after the comma', [`${BY_K2}, \t${BY_K1} `], [K1]],
    ['S5 hex in upper case', [BY_K1.toUpperCase()], [K1]],
    ['S6 two lines, the second matches', [BY_K2, BY_K1], [K1]],
    ['S6 two lines joined by Node', [`${BY_K2}, ${BY_K1}`], [K1]],
    ['items of another kind beside a good one', [`sha1=abcd,,x,${BY_K1}`], [K1]],
    ['S11 nothing of the body is asked for', [BY_K1], [K1]],
  ])('accepts %s', (_case, lines, keys) => {
    expect(verifySignature(lines, ID, keys)).toBe(true);
  });

  const digits = BY_K1.slice('sha256='.length);
  it.each<[string, string[], string[]]>([
    ['S7 the signature of another connection', [`sha256=${VECTORS[2]?.[3]}`], [K1]],
    ['SV7 the id in another letter case', [`sha256=${VECTORS[6]?.[3]}`], [K1]],
    ['S8 no header', [], [K1]],
    ['S8 an empty header', [''], [K1]],
    ['S9 another algorithm', [`sha1=${digits}`], [K1]],
    ['S9 no algorithm', [digits], [K1]],
    ['S9 63 digits', [BY_K1.slice(0, -1)], [K1]],
    ['S9 65 digits', [`${BY_K1}0`], [K1]],
    ['S9 only empty items', [' , ,'], [K1]],
    ['one digit changed', [`${BY_K1.slice(0, -1)}3`], [K1]],
    ['a digit that is none', [`sha256=${'g'.repeat(64)}`], [K1]],
    ['a line break in front', [`\u2028sha256 =${digits}`], [K1]],
    ['a key that is not trusted', [BY_K1], [OTHER]],
    ['no key at all', [BY_K1], []],
    ['the key that was not set', [signConnectionId(ID, [''])], ['']],
    [
      'the key of SV8 decoded from base64',
      ['sha256=f13c82b49689b108ddf19effade4e73f0401cf821ae95678da3d9452363588aa'],
      [KEY_LIKE_BASE64],
    ],
    [
      'SV1 with key and message swapped',
      ['sha256=169daab3b1d92ef081d6b61a77a9963537eb32b8a573bd52eee12484d5d42088'],
      [K1],
    ],
    ['SV1 in base64', ['sha256=JUpuFfi0GMje17UGSGrdTGJQARGjdGf9jMeapU+5gmI='], [K1]],
  ])('refuses %s', (_case, lines, keys) => {
    expect(verifySignature(lines, ID, keys)).toBe(false);
  });
});
