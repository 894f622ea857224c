import { RequestMethod } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';

/** The global prefix of an application, and what is excluded from it. */
export type PathSettings = Pick<ApplicationConfig, 'getGlobalPrefix' | 'getGlobalPrefixOptions'>;

/**
 * The path that the application puts in front of a route: its global prefix, unless the route is
 * excluded from it.
 *
 * @param route for example `/client/hubs/chat`
 * @returns without a slash at its end; `''` for none
 */
export function applicationPrefix(
  settings: PathSettings,
  route: string,
  method: RequestMethod = RequestMethod.GET,
): string {
  const prefix = settings.getGlobalPrefix().replace(/^\/+|\/+$/g, '');
  if (prefix === '') return '';
  const excluded = settings.getGlobalPrefixOptions().exclude ?? [];
  const isExcluded = excluded.some(
    ({ pathRegex, requestMethod }) =>
      (requestMethod === RequestMethod.ALL || requestMethod === method) && pathRegex.test(route),
  );
  return isExcluded ? '' : `/${prefix}`;
}
