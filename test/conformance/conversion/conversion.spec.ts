import { getHubToken, type WebPubSubHub } from 'nestjs-web-pubsub';
import { MqttApp, type Subscriber } from '../../e2e/mqtt/mqtt.app.js';
import { ProtobufClient } from '../../support/protobuf.client.js';
import { ReliableClient } from '../../support/reliable.client.js';
import type { WireClient } from '../../support/wire.client.js';

// client-protocols.md 12.1, 12.2 and 13.9: every sender, every kind of payload, every receiver.

type Kind = 'text' | 'json' | 'binary' | 'protobuf';

interface Input {
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: Buffer;
}

const ANY = Buffer.from(
  '0a2f747970652e676f6f676c65617069732e636f6d2f617a7572652e7765627075627375622e546573744d65737361676512020801',
  'hex',
);
const INPUTS: readonly Input[] = [
  { name: 'text hi', kind: 'text', bytes: Buffer.from('hi') },
  { name: 'json {"a":1}', kind: 'json', bytes: Buffer.from('{"a":1}') },
  { name: 'json "hi"', kind: 'json', bytes: Buffer.from('"hi"') },
  { name: 'bytes 01 02 03', kind: 'binary', bytes: Buffer.from([1, 2, 3]) },
  { name: 'an Any', kind: 'protobuf', bytes: ANY },
];

const PROTOBUF_FIELD: Readonly<Record<Kind, number>> = { text: 1, binary: 2, protobuf: 3, json: 4 };
const CONTENT_TYPE: Readonly<Record<Kind, string>> = {
  text: 'text/plain',
  json: 'application/json',
  binary: 'application/octet-stream',
  protobuf: 'application/x-protobuf',
};

const isText = (kind: Kind): boolean => kind === 'text' || kind === 'json';

/** What each receiver gets of a payload, by 12.2. */
const EXPECTED: Readonly<Record<string, (kind: Kind, bytes: Buffer) => unknown>> = {
  W: (kind, bytes) => (isText(kind) ? bytes.toString() : bytes),
  J: jsonData,
  R: jsonData,
  P: (kind, bytes) => [PROTOBUF_FIELD[kind], bytes],
  Q: (kind, bytes) => [PROTOBUF_FIELD[kind], bytes],
  M5: (kind, bytes) => [bytes, CONTENT_TYPE[kind]],
  M3: (_kind, bytes) => [bytes, undefined],
};

function jsonData(kind: Kind, bytes: Buffer): unknown {
  const data = { text: bytes.toString(), binary: bytes.toString('base64') };
  if (kind === 'json') return { dataType: kind, data: JSON.parse(bytes.toString()) as unknown };
  return { dataType: kind, data: kind === 'text' ? data.text : data.binary };
}

/** How a client says a payload on JSON. */
function jsonMember(kind: Kind, bytes: Buffer): string {
  if (kind === 'json') return bytes.toString();
  return JSON.stringify(kind === 'text' ? bytes.toString() : bytes.toString('base64'));
}

const SENDERS = ['REST', 'hub', 'W', 'J', 'R', 'P', 'Q', 'M5', 'M3'] as const;
type Sender = (typeof SENDERS)[number];

/** Some senders cannot say everything. */
function canSend(sender: Sender, kind: Kind): boolean {
  if (sender === 'REST' || sender === 'hub') return kind !== 'protobuf';
  return sender !== 'W' || kind === 'text' || kind === 'binary';
}

describe('conversion', () => {
  const room = { groups: ['room'] };
  let app: MqttApp;
  let W: WireClient;
  let J: WireClient;
  let R: ReliableClient;
  let P: ProtobufClient;
  let Q: ProtobufClient;
  let M5: Subscriber;
  let M3: Subscriber;

  beforeAll(async () => {
    app = await MqttApp.start();
    const { stage } = app;
    const url = `ws://127.0.0.1:${stage.port}${stage.target(room)}`;
    const query = { webpubsub_mode: 'sendToGroup', group: 'room' };
    W = await stage.raw({ ...room, query });
    J = await stage.json(room);
    R = await ReliableClient.connect(stage, room);
    P = await ProtobufClient.connect(url, 'protobuf.webpubsub.azure.v1');
    Q = await ProtobufClient.connect(url, 'protobuf.reliable.webpubsub.azure.v1');
    M5 = await app.connect(5);
    M3 = await app.connect(4);
    for (const { client } of [M5, M3]) await client.subscribeAsync('room');
  });

  afterAll(async () => {
    await app.close();
  });

  /** The next message of every receiver, in the form of {@link EXPECTED}. */
  async function heard(): Promise<Record<string, unknown>> {
    const pick = async (message: Promise<unknown>): Promise<unknown> => {
      const { dataType, data } = (await message) as { dataType: string; data: unknown };
      return { dataType, data };
    };
    const mqtt = async ({ next }: { next: Subscriber['next'] }): Promise<unknown> => {
      const { packet } = await next();
      return [Buffer.from(packet.payload), packet.properties?.contentType];
    };
    return {
      W: await W.hear(),
      J: await pick(J.hearJson()),
      R: await pick(R.wire.hearJson()),
      P: (await P.hear()).data,
      Q: (await Q.hear()).data,
      M5: await mqtt({ next: () => M5.next() }),
      M3: await mqtt({ next: () => M3.next() }),
    };
  }

  const request = (type: string, { kind, bytes }: Input): string =>
    `{${type},"dataType":"${kind}","data":${jsonMember(kind, bytes)}}`;

  async function send(sender: Sender, input: Input): Promise<void> {
    const { kind, bytes } = input;
    const toRoom = request('"type":"sendToGroup","group":"room"', input);
    switch (sender) {
      case 'REST': {
        const text = bytes.toString();
        const body = { text: { text }, json: { json: text }, binary: { bytes }, protobuf: {} }[
          kind
        ];
        await app.stage.api('POST', '/groups/room/:send', body);
        break;
      }
      case 'hub': {
        const chat = app.stage.host.app.get<WebPubSubHub>(getHubToken('chat'));
        const contentType = CONTENT_TYPE[kind] as 'text/plain';
        await chat.sendToGroup('room', kind === 'binary' ? bytes : bytes.toString(), {
          contentType,
        });
        break;
      }
      case 'W':
        W.send(kind === 'text' ? bytes.toString() : bytes);
        break;
      case 'J':
        J.send(toRoom);
        break;
      case 'R':
        R.wire.send(toRoom);
        break;
      case 'P':
        P.sendToGroup('room', PROTOBUF_FIELD[kind], bytes);
        break;
      case 'Q':
        Q.sendToGroup('room', PROTOBUF_FIELD[kind], bytes);
        break;
      case 'M5':
        await M5.client.publishAsync('room', bytes, {
          properties: { contentType: CONTENT_TYPE[kind] },
        });
        break;
      case 'M3':
        await M3.client.publishAsync('room', bytes);
    }
  }

  const cells = SENDERS.flatMap((sender) =>
    INPUTS.filter(({ kind }) => canSend(sender, kind)).map((input) => ({ sender, ...input })),
  );

  it.each(cells)('$name from $sender reaches W, J, R, P, Q, M5 and M3', async (cell) => {
    const { sender, bytes } = cell;
    const kind = sender === 'M3' ? 'binary' : cell.kind;
    await send(sender, cell);
    const expected = Object.fromEntries(
      Object.entries(EXPECTED).map(([name, of]) => [name, of(kind, bytes)]),
    );
    // From MQTT to MQTT the content type passes untouched: version 3 has none.
    if (sender === 'M3') expected['M5'] = [bytes, undefined];
    expect(await heard()).toEqual(expected);
  });

  const events = (['J', 'R', 'P', 'Q', 'M5', 'M3'] as const).flatMap((sender) =>
    INPUTS.map((input) => ({ sender, ...input })),
  );

  it.each(events)('$name as an event of $sender reaches the handler', async (cell) => {
    const { sender, bytes } = cell;
    const topic = '$webpubsub/server/events/say';
    const event = request('"type":"event","event":"say"', cell);
    app.stage.sink.onUserEvent = () => ({ handled: true, replies: [] });
    const before = app.stage.sink.userEvents.length;
    if (sender === 'J') J.send(event);
    else if (sender === 'R') R.wire.send(event);
    else if (sender === 'P') P.raise('say', PROTOBUF_FIELD[cell.kind], bytes);
    else if (sender === 'Q') Q.raise('say', PROTOBUF_FIELD[cell.kind], bytes);
    else if (sender === 'M3') await M3.client.publishAsync(topic, bytes);
    else {
      const properties = { contentType: CONTENT_TYPE[cell.kind] };
      await M5.client.publishAsync(topic, bytes, { properties });
    }
    await app.stage.sink.count('userEvents', () => before + 1);
    if (sender === 'M5') await M5.next();
    if (sender === 'M3') await M3.next();
    const dataType = sender === 'M3' ? 'binary' : cell.kind;
    expect(app.stage.sink.userEvents.at(-1)).toMatchObject({
      event: 'say',
      payload: { dataType, bytes },
    });
  });
});
