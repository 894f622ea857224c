/** The command line, the environment or the configuration file says something we do not understand. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
