import type { AbstractHttpAdapter } from '@nestjs/core';

/** Longest path segment the REST API takes: a group name of 1024 characters, percent-encoded. */
const MAX_SEGMENT = 16 * 1024;

/**
 * The HTTP platform of the standalone server: Fastify where it is installed, since it is faster,
 * otherwise Express. Applications choose their own; the package depends on neither.
 */
export async function createPlatformAdapter(): Promise<AbstractHttpAdapter> {
  try {
    const { FastifyAdapter } = await import('@nestjs/platform-fastify');
    return new FastifyAdapter({ routerOptions: { maxParamLength: MAX_SEGMENT } });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    const { ExpressAdapter } = await import('@nestjs/platform-express');
    return new ExpressAdapter();
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new Error(
      'neither @nestjs/platform-express nor @nestjs/platform-fastify is installed. ' +
        'Run `npm install @nestjs/platform-fastify`.',
      { cause: error },
    );
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
}
