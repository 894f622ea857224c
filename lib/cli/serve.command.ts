import { readFile } from 'node:fs/promises';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AccessKeys } from '../auth/access-key.js';
import { formatConnectionString } from '../auth/connection-string.js';
import { ServiceEndpoint } from '../drivers/embedded/service-endpoint.js';
import type { WebPubSubModuleOptions } from '../web-pubsub.options.js';
import { parseOptions, parseWholeNumber } from './arguments.js';
import type { CliContext } from './cli.js';
import { createPlatformAdapter } from './platform.adapter.js';
import { StandaloneModule } from './standalone.module.js';
import { StderrLogger } from './stderr.logger.js';
import { UsageError } from './usage.error.js';

interface ServeSettings {
  readonly port: number;
  readonly host: string;
  readonly options: WebPubSubModuleOptions;
}

/** `web-pubsub serve`: the service as a process of its own, until a signal ends it. */
export async function serve(args: readonly string[], context: CliContext): Promise<void> {
  const settings = await readSettings(args, context.environment);
  const app = await start(settings);
  const endpoint = app.get(ServiceEndpoint).url?.href ?? '';
  const accessKey = app.get(AccessKeys).primary;
  // Before the line is out: who reads it may send the signal at once.
  const signalled = untilSignalled();
  context.print(formatConnectionString({ endpoint, accessKey }));
  await signalled;
  await app.close();
}

async function start({ port, host, options }: ServeSettings): Promise<INestApplication> {
  const app = await NestFactory.create(
    StandaloneModule.with({ ...options, logStart: false }),
    await createPlatformAdapter(),
    // A failing start is ours to explain: what Nest says of it stays in the buffer.
    { bufferLogs: true, autoFlushLogs: false, abortOnError: false, bodyParser: false },
  );
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    throw explain(error, port, host);
  }
  app.useLogger(new StderrLogger({ logLevels: ['error', 'warn'] }));
  app.flushLogs();
  return app;
}

function explain(error: unknown, port: number, host: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'EADDRINUSE':
      return new Error(
        `port ${port} of ${host} is taken. Choose another with --port, or 0 for a free one.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`${host} is not an address of this machine. Choose another with --host.`);
    case 'EACCES':
      return new Error(`port ${port} needs more rights than this process has.`);
    default:
      return error;
  }
}

async function readSettings(
  args: readonly string[],
  environment: CliContext['environment'],
): Promise<ServeSettings> {
  const given = parseOptions(args, {
    port: { type: 'string' },
    host: { type: 'string' },
    'access-key': { type: 'string' },
    config: { type: 'string' },
  });
  const config = given.config ?? environment['WEB_PUBSUB_CONFIG'];
  const options = config === undefined ? {} : await readConfig(config);
  const accessKey = given['access-key'] ?? environment['WEB_PUBSUB_ACCESS_KEY'];
  const port = given.port ?? environment['WEB_PUBSUB_PORT'] ?? '8080';
  return {
    port: parseWholeNumber('--port', port, { least: 0, most: 65_535 }),
    host: given.host ?? environment['WEB_PUBSUB_HOST'] ?? '127.0.0.1',
    options: accessKey === undefined ? options : { ...options, accessKey },
  };
}

async function readConfig(file: string): Promise<WebPubSubModuleOptions> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--config ${file} cannot be read: ${(error as Error).message}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--config ${file} is not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`--config ${file} must hold one JSON object.`);
  }
  return value;
}

function untilSignalled(): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off('SIGTERM', stop);
      process.off('SIGINT', stop);
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
