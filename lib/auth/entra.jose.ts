import { WebPubSubConfigurationError } from '../errors/configuration.error.js';

/** What is used of the package. */
export type Jose = Pick<typeof import('jose'), 'createLocalJWKSet' | 'jwtVerify' | 'UnsecuredJWT'>;

/**
 * Loads the package `jose`, which only applications with Entra callers need.
 *
 * @param importPackage how the package is found
 * @throws {@link WebPubSubConfigurationError} when it is not installed
 */
export async function loadJose(
  importPackage: () => Promise<Jose> = async () => await import('jose'),
): Promise<Jose> {
  return importPackage().catch(explain);
}

function explain(error: unknown): never {
  if (!isMissing(error)) throw error;
  throw new WebPubSubConfigurationError([
    {
      path: 'entra',
      got: 'options, but the package jose is not installed',
      expected: 'the package jose, which checks tokens of Microsoft Entra ID',
      fix: 'Run `npm install jose`.',
    },
  ]);
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, message } = error as NodeJS.ErrnoException;
  const isNotFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isNotFound && message.includes("'jose'");
}
