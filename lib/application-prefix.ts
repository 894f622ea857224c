import { RequestMethod } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';

/**
 * The path that the application puts in front of a route: its global prefix, unless the route is
 * excluded from it.
 *
 * @param route for example `/client/hubs/chat`
 * @returns without a slash at its end; `''` for none
 */
export function applicationPrefix(config: ApplicationConfig, route: string): string {
  const prefix = config.getGlobalPrefix().replace(/^\/+|\/+$/g, '');
  if (prefix === '') return '';
  const excluded = config.getGlobalPrefixOptions().exclude ?? [];
  const isExcluded = excluded.some(
    ({ pathRegex, requestMethod }) =>
      pathRegex.test(route) &&
      (requestMethod === RequestMethod.ALL || requestMethod === RequestMethod.GET),
  );
  return isExcluded ? '' : `/${prefix}`;
}
