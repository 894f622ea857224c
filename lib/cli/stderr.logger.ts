import { ConsoleLogger, type LogLevel } from '@nestjs/common';

/** Nest's logger on standard error: standard output carries the connection string and nothing else. */
export class StderrLogger extends ConsoleLogger {
  protected override printMessages(
    messages: unknown[],
    context?: string,
    logLevel?: LogLevel,
  ): void {
    super.printMessages(messages, context, logLevel, 'stderr');
  }
}
