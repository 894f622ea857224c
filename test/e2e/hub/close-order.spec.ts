import { getHubToken, type WebPubSubHub } from 'nestjs-web-pubsub';
import { MqttPeer } from '../../conformance/mqtt/mqtt.peer.js';
import { shortened, type Dialect } from '../../support/frame.notes.js';
import { NotingClient } from '../../support/noting.client.js';
import { startStage, type Stage } from '../../support/stage.js';

const ROOM = 'room';
const PROTOCOLS = [
  { name: 'raw', dialect: 'raw', subprotocol: undefined },
  { name: 'JSON', dialect: 'json', subprotocol: 'json.webpubsub.azure.v1' },
  { name: 'reliable JSON', dialect: 'json', subprotocol: 'json.reliable.webpubsub.azure.v1' },
  { name: 'protobuf', dialect: 'protobuf', subprotocol: 'protobuf.webpubsub.azure.v1' },
  {
    name: 'reliable protobuf',
    dialect: 'protobuf',
    subprotocol: 'protobuf.reliable.webpubsub.azure.v1',
  },
  { name: 'MQTT 5', dialect: 'mqtt', subprotocol: 'mqtt' },
] as const;
type Protocol = (typeof PROTOCOLS)[number];

/** Somebody in the room. */
interface Member {
  readonly id: string;
  pause(): void;
  resume(): void;
  leave(): void;
  /** What it has heard since it came, once it has been closed. */
  heard(): Promise<string[]>;
}

async function pubSubMember(
  stage: Stage,
  dialect: Dialect,
  subprotocol: string | undefined,
): Promise<Member> {
  const url = `ws://127.0.0.1:${String(stage.port)}${stage.target({ groups: [ROOM] })}`;
  const known = stage.sink.connecteds.length;
  const client = await NotingClient.open(url, dialect, subprotocol ? [subprotocol] : []);
  await stage.sink.count('connecteds', () => known + 1);
  return {
    id: stage.idOf('ann'),
    pause: () => client.pause(),
    resume: () => client.resume(),
    leave: () => client.leave(),
    heard: async () => {
      await client.closed;
      return client.notes.filter((note) => !note.startsWith('connected ')).map(withoutOrigin);
    },
  };
}

/** `#1 group/room text m1` is `m1`. */
function withoutOrigin(note: string): string {
  return note.replace(/^(#\d+ )?(group\/room )?(text|binary) /, '');
}

async function mqttMember(stage: Stage): Promise<Member> {
  const aud = `${stage.url}/clients/mqtt/hubs/chat`;
  const url = `ws://127.0.0.1:${String(stage.port)}/clients/mqtt/hubs/chat?access_token=${stage.token({ aud })}`;
  const peer = await MqttPeer.open(url, 5);
  await peer.connect({ properties: { receiveMaximum: 65_535 } });
  await peer.subscribe(ROOM, 1);
  return {
    id: stage.idOf('ann'),
    pause: () => peer.socket.pause(),
    resume: () => peer.socket.resume(),
    leave: () => peer.socket.close(1000),
    heard: async () => {
      const { code, reason } = await peer.closed;
      const packets = peer.unheard.map((packet) =>
        packet.cmd === 'publish' ? shortened(packet.payload.toString()) : packet.cmd,
      );
      return [...packets, `close ${String(code)} ${reason}`];
    },
  };
}

async function memberOf(stage: Stage, { dialect, subprotocol }: Protocol): Promise<Member> {
  return dialect === 'mqtt'
    ? await mqttMember(stage)
    : await pubSubMember(stage, dialect, subprotocol);
}

/** What there is to close. */
interface Scene {
  readonly stage: Stage;
  readonly chat: WebPubSubHub;
  readonly member: Member;
}

/** How it is closed, and what the close looks like. */
interface Closing {
  readonly how: string;
  readonly close: (scene: Scene) => Promise<void>;
  readonly words: (dialect: Protocol['dialect']) => readonly string[];
}

const BYE = 'disconnected Application server closed the connection. Reason: bye';
const REASON = { reason: 'bye' };

function farewell(dialect: Protocol['dialect']): readonly string[] {
  const words = { raw: [], mqtt: ['disconnect'], json: [BYE], protobuf: [BYE] }[dialect];
  return [...words, 'close 1000 '];
}

const CLOSINGS: readonly Closing[] = [
  {
    how: 'its connection',
    close: ({ chat, member }) => chat.closeConnection(member.id, REASON),
    words: farewell,
  },
  {
    how: 'its group',
    close: ({ chat }) => chat.closeGroupConnections(ROOM, REASON),
    words: farewell,
  },
  { how: 'everybody', close: ({ chat }) => chat.closeAllConnections(REASON), words: farewell },
  {
    how: 'the application',
    close: ({ stage }) => stage.close(),
    words: (dialect) =>
      dialect === 'mqtt' ? ['disconnect', 'close 1001 '] : ['close 1001 The service is reloading.'],
  },
  {
    how: 'the socket by the client',
    close: async ({ member }) => member.leave(),
    words: () => ['close 1000 '],
  },
];

/** What is sent before the close; the second is more than the operating system buffers. */
const LOADS = [
  { load: '300 short messages', count: 300, padding: 0 },
  { load: '60 messages of 200 KiB', count: 60, padding: 200 * 1024 },
];

const CASES = CLOSINGS.flatMap((closing) =>
  LOADS.flatMap((load) =>
    [false, true].map((isPaused) => ({
      ...closing,
      ...load,
      isPaused,
      reader: isPaused ? 'who reads only then' : 'who reads',
    })),
  ),
);

describe.each(PROTOCOLS)('a close of a client of $name', (protocol) => {
  let stage: Stage;
  let chat: WebPubSubHub;

  beforeEach(async () => {
    stage = await startStage('fastify');
    chat = stage.host.app.get<WebPubSubHub>(getHubToken('chat'));
  });

  afterEach(async () => {
    await stage.close();
  });

  it.each(CASES)(
    'loses nothing of $load: close of $how, to one $reader',
    async ({ close, words, count, padding, isPaused }) => {
      const member = await memberOf(stage, protocol);
      if (isPaused) member.pause();
      const texts = Array.from(
        { length: count },
        (_, index) => `m${String(index)}${'x'.repeat(padding)}`,
      );
      // All in one turn: calls into the engine do not wait for the event loop.
      for (const text of texts) await chat.sendToGroup(ROOM, text, { contentType: 'text/plain' });
      const closing = close({ stage, chat, member });
      await stage.sink.until('disconnecteds');
      await chat.sendToGroup(ROOM, 'late', { contentType: 'text/plain' });
      if (isPaused) member.resume();
      expect(await member.heard()).toEqual([
        ...texts.map((text) => shortened(text)),
        ...words(protocol.dialect),
      ]);
      await closing;
    },
  );
});
