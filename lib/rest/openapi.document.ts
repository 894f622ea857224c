import type { INestApplicationContext } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { pathTemplate } from './openapi.paths.js';
import { ACTION_MARK } from './platform/action-paths.js';
import { mountedRoutes } from './platform/route-table.js';
import { REST_CONTROLLERS } from './rest.controllers.js';

/** As much of an OpenAPI document as is looked at. */
interface Document {
  readonly paths: object;
}

/**
 * Puts the global prefix of the application in front of the actions, such as `/:send`, in a document
 * that `SwaggerModule.createDocument()` made. Only applications whose prefix reaches our routes need
 * it; in the documents of the others everything stands already where it belongs.
 *
 * @example
 * ```ts
 * const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
 * SwaggerModule.setup('docs', app, withPrefixedActions(app, document));
 * ```
 */
export function withPrefixedActions<T extends Document>(
  app: INestApplicationContext,
  document: T,
): T {
  const moved = movedPaths(app.get(ApplicationConfig, { strict: false }));
  const paths = Object.entries(document.paths).map(([path, item]: [string, unknown]) => [
    moved.get(path) ?? path,
    item,
  ]);
  return { ...document, paths: Object.fromEntries(paths) as T['paths'] };
}

/** From where the decorators put actions to where the application has them. */
function movedPaths(settings: ApplicationConfig): ReadonlyMap<string, string> {
  const noPrefix = { getGlobalPrefix: () => '', getGlobalPrefixOptions: () => ({}) };
  const [from, to] = [noPrefix, settings].map((each) =>
    mountedRoutes(REST_CONTROLLERS, each)
      .filter(({ segments }) => segments.at(-1)?.startsWith(ACTION_MARK))
      .map(({ segments }) => pathTemplate(segments)),
  );
  return new Map(from?.map((path, index) => [path, to?.[index] ?? path]));
}
