import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliProcess } from '../../support/cli.process.js';
import { ACCESS_KEY, SECONDARY_ACCESS_KEY } from '../../support/keys.js';

// These run the built command: `npm run build` comes before `npm test`, as `npm test` itself does.
let service: CliProcess;
let connectionString: string;

beforeAll(async () => {
  service = CliProcess.start(['serve', '--port', '0', '--access-key', ACCESS_KEY]);
  connectionString = await service.line();
});

afterAll(async () => {
  await service.end('SIGTERM');
});

function connectionStringOf(port: number): string {
  return `Endpoint=http://127.0.0.1:${String(port)};AccessKey=${ACCESS_KEY};Version=1.0;`;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('web-pubsub verify', () => {
  it('prints a table and a summary, never the key, and exits 0 for a whole service', async () => {
    const { code, output, errors } = await CliProcess.run([
      'verify',
      '--connection-string',
      connectionString,
    ]);
    expect(errors).toBe('');
    expect(output).toMatch(/^CHECK {3}RESULT {8}MS {2}WHAT\n/);
    expect(output).toMatch(/^A1 {6}passed +\d+ {2}the service says that it is healthy$/m);
    expect(output).toMatch(/^X1 {6}refused +\d+ {2}.*\n +No request asks/m);
    expect(output).toMatch(/\n\d+ passed, 0 failed, 5 refused, 0 skipped in [\d.]+ s: http:/);
    expect(output).not.toContain(ACCESS_KEY);
    expect(code).toBe(0);
  });

  it('with --read-only leaves out what connects or changes', async () => {
    const { code, output } = await CliProcess.run(['verify', '--read-only'], {
      WEB_PUBSUB_CONNECTION_STRING: connectionString,
    });
    expect(output).toMatch(/^B1 {6}passed/m);
    expect(output).not.toMatch(/^J01/m);
    expect(code).toBe(0);
  });

  it('with --hub leaves out what reaches everybody', async () => {
    const { code, output } = await CliProcess.run(
      ['verify', '--connection-string', connectionString].concat(['--hub', 'Chat']),
    );
    expect(output).toMatch(/^J01 {5}passed/m);
    expect(output).not.toMatch(/^G6/m);
    expect(code).toBe(0);
  });

  it('exits 1 with the reason below the check that failed', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(404, { 'x-ms-error-code': 'Warning.Connection.NotExisted' }).end();
    });
    const port = await listen(server);
    const { code, output } = await CliProcess.run([
      'verify',
      '--read-only',
      '--connection-string',
      connectionStringOf(port),
    ]);
    server.close();
    expect(output).toMatch(/^A1 {6}failed +\d+ {2}.*\n +health: expected true, got false$/m);
    expect(output).toMatch(/\n\d+ passed, [1-9]\d* failed/);
    expect(code).toBe(1);
  });

  it('says that nothing answers', async () => {
    const server = createServer();
    const port = await listen(server);
    server.close();
    await once(server, 'close');
    const { code, errors } = await CliProcess.run([
      'verify',
      '--connection-string',
      connectionStringOf(port),
    ]);
    expect(errors).toContain(`web-pubsub: 127.0.0.1:${String(port)} cannot be reached: `);
    expect(errors).toContain('ECONNREFUSED');
    expect(code).toBe(1);
  });

  it('says that the key is not taken, without it', async () => {
    const wrong = connectionString.replace(ACCESS_KEY, SECONDARY_ACCESS_KEY);
    const { code, errors } = await CliProcess.run(['verify', '--connection-string', wrong]);
    expect(errors).toContain('answers 401: it does not take this access key');
    expect(errors).not.toContain(SECONDARY_ACCESS_KEY);
    expect(code).toBe(1);
  });

  it('says that there is no such service', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end('not here'));
    const port = await listen(server);
    const { code, errors } = await CliProcess.run([
      'verify',
      '--connection-string',
      connectionStringOf(port),
    ]);
    server.close();
    expect(errors).toContain('there is no Web PubSub service');
    expect(code).toBe(1);
  });

  it.each([
    ['no connection string', [], 2, '--connection-string is needed.'],
    ['a hub that there cannot be', ['--hub', '1'], 2, '--hub is a letter'],
    ['half a connection string', ['--connection-string', 'Endpoint=http://x'], 1, 'AccessKey is'],
  ])('fails for %s', async (_what, args, expected, message) => {
    const { code, errors } = await CliProcess.run(['verify', ...args]);
    expect(errors).toContain(message);
    expect(code).toBe(expected);
  });

  it('--help prints how it is used', async () => {
    const { code, output } = await CliProcess.run(['verify', '--help']);
    expect(output).toContain('Usage: web-pubsub verify [options]');
    expect(code).toBe(0);
  });
});
