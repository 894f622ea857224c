import { createHmac } from 'node:crypto';
import { AccessKeys } from 'nestjs-web-pubsub';
import { startEventStage, type EventStage } from '../../support/event-target.js';
import { ACCESS_KEY, SECONDARY_ACCESS_KEY } from '../../support/keys.js';
import { MqttPeer } from '../mqtt/mqtt.peer.js';

const K1 = 'primary-key-for-test-vectors-0123456789abcdef';
const K2 = 'secondary-key-for-test-vectors-fedcba9876543210';

const SIGNATURE_OF_CONN_0001 =
  'sha256=254a6e15f8b418c8ded7b506486add4c62500111a37467fd8cc79aa54fb98262,' +
  'sha256=023135a4727e994e1cd44df583a9e186735a5aa1f8d0af8ae436b0ac0973f251';

function item(connectionId: string, key: string): string {
  return `sha256=${createHmac('sha256', key).update(connectionId).digest('hex')}`;
}

describe('the signature (events.md 15.7)', () => {
  let stage: EventStage;
  beforeAll(async () => (stage = await startEventStage()));
  beforeEach(() => stage.begin());
  afterEach(async () => {
    // Everybody is sent home with the key of the tests.
    keys().replace(ACCESS_KEY);
    await stage.clear();
  });
  afterAll(() => stage.close());

  function keys(): AccessKeys {
    return stage.host.app.get(AccessKeys, { strict: false });
  }

  /** The signature of `connected` of an MQTT client: such a one chooses its connection id. */
  async function signatureOf(clientId: string): Promise<string | undefined> {
    const aud = `${stage.url}/clients/mqtt/hubs/chat`;
    const token = stage.token({ aud }, keys().primary);
    const url = `ws://127.0.0.1:${stage.port}/clients/mqtt/hubs/chat?access_token=${token}`;
    const peer = await MqttPeer.open(url, 5);
    await peer.connect({ clientId });
    const post = await stage.post('connected');
    expect(post.header('ce-connectionId')).toBe(clientId);
    return post.header('ce-signature');
  }

  it.each<[string, string, string, string | undefined, string]>([
    ['S2', 'conn-0001', K1, K2, SIGNATURE_OF_CONN_0001],
    ['S1 SV1', 'conn-0001', K1, undefined, SIGNATURE_OF_CONN_0001.split(',')[0] ?? ''],
    [
      'S1 SV3 SV4',
      '0bd83792-2a0c-48d3-9fbd-df63aa2ed9db',
      K1,
      K2,
      'sha256=dedf225882cf72cf1de2dde31e9fcb6aea3b5297e3c0488420c62b98a2941db8,' +
        'sha256=0bf5fffd23928cce5525b77bc89b09fca79e5f5c51845fcfbbb901a391d48439',
    ],
    [
      'S1 SV7 case matters',
      'CONN-0001',
      K1,
      undefined,
      'sha256=84132340a4a002ef4061507e294ad850eed98d4a477412384caa281b7df0e2e0',
    ],
    [
      'S1 SV8 the key is not decoded',
      'conn-0001',
      'c2FtcGxlLWFjY2Vzcy1rZXktZm9yLXRlc3QtdmVjdG9ycyE=',
      undefined,
      'sha256=326c7f2da2a1c4ec3077eb25ccad63228fb4e6b9424457756e8a06f69ff2fd04',
    ],
    [
      'S1 SV9',
      '0f9c97a2f0bf4706afe87a14e0797b11',
      '7aab239577fd4f24bc919802fb629f5f',
      undefined,
      'sha256=7767effcb3946f3e1de039df4b986ef02c110b1469d02c0a06f41b3b727ab561',
    ],
  ])('%s: connection %s', async (_, connectionId, primary, secondary, signature) => {
    keys().replace(primary, secondary);
    expect(await signatureOf(connectionId)).toBe(signature);
  });

  it('3.1 is on every event of a connection, the primary key first', async () => {
    keys().replace(ACCESS_KEY, SECONDARY_ACCESS_KEY);
    const client = await stage.json();
    client.send('{"type":"event","event":"e1","dataType":"text","data":"x","ackId":1}');
    await client.hear();
    client.close(1000);
    const expected = [ACCESS_KEY, SECONDARY_ACCESS_KEY].map((key) => item(client.id, key)).join();
    for (const name of ['connect', 'connected', 'e1', 'disconnected']) {
      expect((await stage.post(name)).header('ce-signature')).toBe(expected);
    }
  });

  it('3.1 has the keys of now: connections outlive them', async () => {
    const client = await stage.json();
    expect((await stage.post('connected')).header('ce-signature')).toBe(
      item(client.id, ACCESS_KEY),
    );
    keys().replace(K2, ACCESS_KEY);
    client.send('{"type":"event","event":"e1","dataType":"text","data":"x"}');
    expect((await stage.post('e1')).header('ce-signature')).toBe(
      `${item(client.id, K2)},${item(client.id, ACCESS_KEY)}`,
    );
  });
});
