import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner } from '@nestjs/core';
import { applicationPrefix, type PathSettings } from '../../application-prefix.js';

/** One route of our controllers, where the application has mounted it. */
export interface MountedRoute {
  /** `undefined` = every method. */
  readonly method: string | undefined;
  /** Segments of the path; a parameter begins with a colon, an action with {@link ACTION_MARK}. */
  readonly segments: readonly string[];
  readonly controller: Type;
  /** The method of the controller that serves it. */
  readonly handler: string;
}

/**
 * Reads the routes off the decorators, so that they are written down once. Nest keeps no list of
 * them that could be asked.
 */
export function mountedRoutes(
  controllers: readonly Type[],
  settings: PathSettings,
): readonly MountedRoute[] {
  return controllers.flatMap((controller) => {
    const base = Reflect.getMetadata(PATH_METADATA, controller) as string;
    const prototype = controller.prototype as Record<string, object>;
    return handlersOf(prototype).map((handler): MountedRoute => {
      const target = prototype[handler] as object;
      const method = Reflect.getMetadata(METHOD_METADATA, target) as RequestMethod;
      const name = Reflect.getMetadata(PATH_METADATA, target) as string;
      const segments = nonEmptySegments(`${base}/${name}`);
      const prefix = applicationPrefix(settings, `/${segments.join('/')}`, method);
      return {
        method: method === RequestMethod.ALL ? undefined : RequestMethod[method],
        segments: [...nonEmptySegments(prefix), ...segments],
        controller,
        handler,
      };
    });
  });
}

/** Names of the methods that are routes. */
function handlersOf(prototype: Record<string, object>): readonly string[] {
  return new MetadataScanner()
    .getAllMethodNames(prototype)
    .filter((name) => Reflect.hasMetadata(METHOD_METADATA, prototype[name] as object));
}

function nonEmptySegments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}
