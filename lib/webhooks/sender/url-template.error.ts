/** A URL template that cannot be used. Shows neither query nor credentials. */
export class UrlTemplateError extends Error {
  override readonly name = 'UrlTemplateError';

  constructor(
    /** What was found, to stand after "got". */
    readonly got: string,
    /** How to put it right: one sentence. */
    readonly fix: string,
  ) {
    super(`got ${got}; expected ${UrlTemplateError.expected}. ${fix}`);
  }

  /** What a template has to be, to stand after "expected". */
  static readonly expected =
    'an absolute http or https URL, with {hub} and {event} in path or query';
}
