import { readFileSync } from 'node:fs';
import { UsageError } from './usage.error.js';
import { HELP } from './help.js';
import { serve } from './serve.command.js';
import { printToken } from './token.command.js';
import { verify } from './verify.command.js';

/** What a command may use of the outside world. */
export interface CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  print(text: string): void;
  printError(text: string): void;
}

const EXIT_OK = 0;
const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/**
 * Runs `web-pubsub`.
 *
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  try {
    return await dispatch(args, context);
  } catch (error) {
    if (error instanceof UsageError) {
      context.printError(`web-pubsub: ${error.message}\nSee web-pubsub --help.`);
      return EXIT_USAGE;
    }
    context.printError(`web-pubsub: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT_FAILURE;
  }
}

async function dispatch(
  [command, ...args]: readonly string[],
  context: CliContext,
): Promise<number> {
  switch (command) {
    case 'serve':
      if (asksForHelp(args)) context.print(HELP.serve);
      else await serve(args, context);
      return EXIT_OK;
    case 'token':
      if (asksForHelp(args)) context.print(HELP.token);
      else await printToken(args, context);
      return EXIT_OK;
    case 'verify':
      if (!asksForHelp(args)) return (await verify(args, context)) ? EXIT_OK : EXIT_FAILURE;
      context.print(HELP.verify);
      return EXIT_OK;
    case '--version':
    case '-v':
      context.print(packageVersion());
      return EXIT_OK;
    case '--help':
    case '-h':
    case 'help':
      context.print(HELP.overview);
      return EXIT_OK;
    case undefined:
      context.printError(HELP.overview);
      return EXIT_USAGE;
    default:
      throw new UsageError(`unknown command '${command}'.`);
  }
}

function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
