/** One thing that is wrong with the options of a module. */
export interface ConfigurationProblem {
  /** Path of the option, for example `websocket.keepAliveIntervalSeconds`. */
  readonly path: string;
  /** The value that was given, shortened; secrets are never shown. */
  readonly got: string;
  /** What the option takes. */
  readonly expected: string;
  /** How to put it right. */
  readonly fix: string;
}

/**
 * The options of the module cannot be used; the application does not start. All problems are
 * reported at once.
 *
 * @example
 * ```ts
 * try {
 *   await NestFactory.create(AppModule);
 * } catch (error) {
 *   if (error instanceof WebPubSubConfigurationError) console.error(error.problems);
 * }
 * ```
 */
export class WebPubSubConfigurationError extends Error {
  /** Name of the class, for logs. */
  override readonly name = 'WebPubSubConfigurationError';

  constructor(
    /** Everything that is wrong, in the order of the options. */
    readonly problems: readonly ConfigurationProblem[],
  ) {
    super(
      [
        `The options of WebPubSubModule have ${problems.length} problem${problems.length === 1 ? '' : 's'}:`,
        ...problems.map(
          ({ path, got, expected, fix }) =>
            `  ${path}: got ${got}; expected ${expected}.\n    ${fix}`,
        ),
      ].join('\n'),
    );
  }
}
