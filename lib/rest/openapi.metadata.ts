import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner } from '@nestjs/core';
import { type OperationFacts, OPERATIONS } from './openapi.operations.js';
import { API_VERSION_PARAMETER, pathParameters, queryParameter } from './openapi.parameters.js';
import { pathTemplate } from './openapi.paths.js';
import { ERROR, type OpenApiSchema } from './openapi.schemas.js';

/**
 * Where the decorators of `@nestjs/swagger` keep what they were told. Written here by their names,
 * controllers are documented where that package is, and nothing is missing where it is not.
 */
const SWAGGER = {
  operation: 'swagger/apiOperation',
  parameters: 'swagger/apiParameters',
  responses: 'swagger/apiResponse',
  tags: 'swagger/apiUseTags',
  excludeEndpoint: 'swagger/apiExcludeEndpoint',
} as const;

const TAG = 'Web PubSub';

/** Class decorator: documents the operations of a controller; what is no operation is left out. */
export function DocumentedOperations(): ClassDecorator {
  return (target) => {
    const prototype = target.prototype as Record<string, object>;
    Reflect.defineMetadata(SWAGGER.tags, [TAG], target);
    for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
      const handler = prototype[name];
      if (handler && Reflect.hasMetadata(METHOD_METADATA, handler)) {
        document(handler, name, routeOf(target as unknown as Type, handler));
      }
    }
  };
}

function routeOf(controller: Type, handler: object): string {
  const base = Reflect.getMetadata(PATH_METADATA, controller) as string;
  const own = Reflect.getMetadata(PATH_METADATA, handler) as string;
  return pathTemplate(`${base}/${own}`.split('/').filter((segment) => segment !== ''));
}

function document(handler: object, name: string, path: string): void {
  const facts = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (!facts) {
    Reflect.defineMetadata(SWAGGER.excludeEndpoint, { disable: true }, handler);
    return;
  }
  const parameters = [
    ...pathParameters(path),
    ...(facts.query ?? []).map(queryParameter),
    API_VERSION_PARAMETER,
  ];
  Reflect.defineMetadata(SWAGGER.operation, operation(facts, name, path), handler);
  Reflect.defineMetadata(SWAGGER.parameters, parameters, handler);
  Reflect.defineMetadata(SWAGGER.responses, responses(facts, methodOf(handler)), handler);
}

function methodOf(handler: object): RequestMethod {
  return Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod;
}

function operation(facts: OperationFacts, name: string, path: string): object {
  const { id = `WebPubSub_${name.charAt(0).toUpperCase()}${name.slice(1)}`, summary, body } = facts;
  return {
    operationId: id,
    summary,
    ...(body && { requestBody: { required: true, content: mapValues(body, inContent) } }),
    // An action has a mark in place of its colon, which the routers need and callers never see.
    ...(path.includes('/:') && { path }),
  };
}

function responses(
  { success: [status, description, schema], missing, id }: OperationFacts,
  method: RequestMethod,
): object {
  const hasBody = method !== RequestMethod.HEAD;
  return {
    [status]: { description, ...(schema && { schema }) },
    ...(status === 204 && method === RequestMethod.DELETE && { 200: { description } }),
    ...(missing !== undefined && { 404: { description: missing } }),
    ...(id === undefined && { 401: { description: 'There is no valid token for this URL.' } }),
    default: {
      description: 'It failed; the code says why.',
      headers: { 'x-ms-error-code': { schema: { type: 'string' } } },
      ...(hasBody && { schema: ERROR }),
    },
  };
}

function inContent(schema: OpenApiSchema): object {
  return { schema };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
