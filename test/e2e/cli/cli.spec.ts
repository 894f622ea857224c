import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebPubSubServiceClient } from '@azure/web-pubsub';
import { WebSocket } from 'ws';
import { CliProcess } from '../../support/cli.process.js';
import { ACCESS_KEY } from '../../support/keys.js';
import { listenHttp } from '../../support/webhook.target.js';

// These run the built command: `npm run build` comes before `npm test`, as `npm test` itself does.
const CONNECTION_STRING =
  /^Endpoint=(http:\/\/127\.0\.0\.1:\d+)\/?;AccessKey=([^;]+);Version=1\.0;$/;

const running: CliProcess[] = [];

function serve(args: readonly string[] = [], environment?: Record<string, string>): CliProcess {
  const started = CliProcess.start(['serve', '--port', '0', ...args], environment);
  running.push(started);
  return started;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
});

describe('web-pubsub serve', () => {
  it('prints a connection string that an SDK takes as it is, and serves any hub name', async () => {
    const connectionString = await serve().line();
    expect(connectionString).toMatch(CONNECTION_STRING);
    const options = { allowInsecureConnection: true };
    const service = new WebPubSubServiceClient(connectionString, 'anything', options);
    await service.sendToAll('hi', { contentType: 'text/plain' });
    expect(await service.userExists('nobody')).toBe(false);
  });

  it('is ready when it has printed: HEAD /api/health answers 200', async () => {
    const [, url] = CONNECTION_STRING.exec(await serve().line()) ?? [];
    expect((await fetch(`${url}/api/health`, { method: 'HEAD' })).status).toBe(200);
  });

  it.each([
    ['--access-key', ['--access-key', ACCESS_KEY], {}],
    ['WEB_PUBSUB_ACCESS_KEY', [], { WEB_PUBSUB_ACCESS_KEY: ACCESS_KEY }],
    [
      'the command line over the environment',
      ['--access-key', ACCESS_KEY],
      { WEB_PUBSUB_ACCESS_KEY: 'another-key-of-more-than-thirty-two-bytes' },
    ],
  ])('takes the key from %s', async (_where, args, environment) => {
    const [, , key] = CONNECTION_STRING.exec(await serve(args, environment).line()) ?? [];
    expect(key).toBe(ACCESS_KEY);
  });

  it('makes a new key for each start without one', async () => {
    const [first, second] = await Promise.all([serve().line(), serve().line()]);
    const keys = [first, second].map((line) => CONNECTION_STRING.exec(line)?.[2]);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('warns of a key that production refuses, and of nothing else', async () => {
    const server = serve(['--access-key', 'short']);
    await server.line();
    const { errors, output } = await server.end('SIGTERM');
    expect(output).toMatch(/^Endpoint=[^\n]*\n$/);
    expect(errors).toContain('The option accessKey is a key of 5 bytes');
    expect(errors).not.toContain('Mapped {');
  });

  it('takes options from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'web-pubsub-'));
    const file = join(folder, 'config.json');
    await writeFile(file, JSON.stringify({ hubs: { open: { anonymousConnectPolicy: 'allow' } } }));
    try {
      const [, url] = CONNECTION_STRING.exec(await serve(['--config', file]).line()) ?? [];
      const socket = new WebSocket(`${url?.replace('http', 'ws')}/client/hubs/open`);
      await once(socket, 'open');
      expect(socket.readyState).toBe(WebSocket.OPEN);
      socket.terminate();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('takes many clients that wait for a handler at a time for what they are, and for no leak', async () => {
    const clients = 12;
    const held: ServerResponse[] = [];
    const hook = await listenHttp((request, response) => {
      if (request.method === 'OPTIONS') {
        response.writeHead(200, { 'webhook-allowed-origin': '*' }).end();
        return;
      }
      held.push(response);
      if (held.length === clients) for (const one of held) one.writeHead(204).end();
    });
    const folder = await mkdtemp(join(tmpdir(), 'web-pubsub-'));
    const file = join(folder, 'config.json');
    const eventHandlers = [{ urlTemplate: hook.url.href, systemEvents: ['connect'] }];
    const chat = { anonymousConnectPolicy: 'allow', eventHandlers };
    await writeFile(file, JSON.stringify({ hubs: { chat } }));
    try {
      const server = serve(['--access-key', ACCESS_KEY, '--config', file]);
      const [, url] = CONNECTION_STRING.exec(await server.line()) ?? [];
      const sockets = Array.from(
        { length: clients },
        () => new WebSocket(`${url?.replace('http', 'ws')}/client/hubs/chat`),
      );
      await Promise.all(sockets.map((socket) => once(socket, 'open')));
      for (const socket of sockets) socket.terminate();
      expect((await server.end('SIGTERM')).errors).toBe('');
    } finally {
      await Promise.all([hook.close(), rm(folder, { recursive: true })]);
    }
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s closes clients with 1001 and exits 0',
    async (signal) => {
      const server = serve(['--access-key', ACCESS_KEY]);
      const [, endpoint] = CONNECTION_STRING.exec(await server.line()) ?? [];
      const token = await CliProcess.run([
        'token',
        '--endpoint',
        endpoint ?? '',
        '--access-key',
        ACCESS_KEY,
        '--hub',
        'chat',
      ]);
      const socket = new WebSocket(token.output.trim());
      await once(socket, 'open');
      const closed = once(socket, 'close');
      const { code } = await server.end(signal);
      expect((await closed)[0]).toBe(1001);
      expect(code).toBe(0);
    },
  );

  it('says which port is taken, and exits 1', async () => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const { port } = occupant.address() as AddressInfo;
    const { code, errors } = await CliProcess.run(['serve', '--port', String(port)]);
    occupant.close();
    expect(code).toBe(1);
    expect(errors).toBe(
      `web-pubsub: port ${port} of 127.0.0.1 is taken. Choose another with --port, or 0 for a free one.\n`,
    );
  });

  it.each([
    [
      'a word as port',
      ['--port', 'abc'],
      "--port is 'abc'; expected a whole number from 0 to 65535.",
    ],
    ['a port that is too high', ['--port', '65536'], '--port is'],
    ['an unknown option', ['--prot', '1'], "Unknown option '--prot'"],
    ['a missing file', ['--config', '/nowhere.json'], '--config /nowhere.json cannot be read'],
  ])('exits 2 for %s', async (_what, args, message) => {
    const { code, errors, output } = await CliProcess.run(['serve', ...args]);
    expect(code).toBe(2);
    expect(errors).toContain(message);
    expect(output).toBe('');
  });

  it('names every wrong option of the file at once, and exits 1', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'web-pubsub-'));
    const file = join(folder, 'config.json');
    await writeFile(file, JSON.stringify({ hubs: ['1'], limits: { ackMemory: 0 }, colour: 'red' }));
    const { code, errors } = await CliProcess.run(['serve', '--port', '0', '--config', file]);
    await rm(folder, { recursive: true });
    expect(code).toBe(1);
    expect(errors).toContain('hubs[0]');
    expect(errors).toContain('limits.ackMemory');
    expect(errors).toContain('colour');
  });

  it('refuses the published emulator key in production', async () => {
    const key = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH';
    const args = ['serve', '--port', '0', '--access-key', key];
    const { code, errors } = await CliProcess.run(args, { NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(errors).toContain('a key that the official emulators publish');
    expect(errors).not.toContain(key);
  });
});

describe('web-pubsub token', () => {
  it('prints a URL that a client can open', async () => {
    const connectionString = await serve().line();
    const { output, code } = await CliProcess.run(
      ['token', '--connection-string', connectionString, '--hub', 'chat', '--user', 'ann'].concat([
        '--role',
        'webpubsub.sendToGroup',
        '--group',
        'g1',
        '--group',
        'g2',
      ]),
    );
    expect(code).toBe(0);
    const socket = new WebSocket(output.trim(), 'json.webpubsub.azure.v1');
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(data.toString())).toMatchObject({ event: 'connected', userId: 'ann' });
    const service = new WebPubSubServiceClient(connectionString, 'chat', {
      allowInsecureConnection: true,
    });
    expect(await service.groupExists('g2')).toBe(true);
    socket.terminate();
  });

  it.each([
    ['no hub', ['--access-key', ACCESS_KEY], '--hub is needed'],
    ['a bad hub', ['--access-key', ACCESS_KEY, '--hub', '1'], '--hub is needed'],
    ['no key', ['--hub', 'chat'], '--connection-string or --access-key is needed'],
    ['a bad life', ['--hub', 'chat', '--access-key', ACCESS_KEY, '--minutes', '0'], '--minutes is'],
  ])('exits 2 for %s', async (_what, args, message) => {
    const { code, errors } = await CliProcess.run(['token', ...args]);
    expect(code).toBe(2);
    expect(errors).toContain(message);
  });
});

describe('web-pubsub', () => {
  it.each([
    ['--help', ['--help'], 0, 'Usage: web-pubsub <command>'],
    ['serve --help', ['serve', '--help'], 0, 'Usage: web-pubsub serve'],
    ['token --help', ['token', '--help'], 0, 'Usage: web-pubsub token'],
    ['--version', ['--version'], 0, /^\d+\.\d+\.\d+\n$/],
  ])('%s prints and exits', async (_name, args, expected, text) => {
    const { code, output } = await CliProcess.run(args);
    expect(code).toBe(expected);
    expect(output).toMatch(text);
  });

  it.each([
    ['nothing', []],
    ['an unknown command', ['sevre']],
  ])('exits 2 for %s', async (_what, args) => {
    expect((await CliProcess.run(args)).code).toBe(2);
  });
});
