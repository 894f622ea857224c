import { API_VERSIONS } from './api-version.js';
import { GROUP_NAME, integer, type OpenApiSchema, TEXT, TEXTS } from './openapi.schemas.js';

/** A parameter of an operation, in the words of OpenAPI 3. */
export interface OpenApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description: string;
  readonly schema: OpenApiSchema;
}

const ID: OpenApiSchema = { type: 'string', minLength: 1 };

const PATH_PARAMETERS: Readonly<Record<string, readonly [OpenApiSchema, string]>> = {
  hub: [
    { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_`,.[\\]]{0,127}$' },
    'Name of the hub, compared without regard to case.',
  ],
  group: [GROUP_NAME, 'Name of the group.'],
  connectionId: [ID, 'Id of the connection.'],
  userId: [ID, 'Id of the user.'],
  permission: [
    { type: 'string', enum: ['sendToGroup', 'joinLeaveGroup'] },
    'What clients may do themselves.',
  ],
};

const QUERY_PARAMETERS = {
  excluded: [TEXTS, 'Ids of connections that are left out.'],
  filter: [TEXT, 'OData expression: only connections that match.'],
  messageTtlSeconds: [integer(0, 300), 'Seconds a message may wait for its client; 0 is for ever.'],
  reason: [TEXT, 'Why, in words for the client.'],
  targetName: [
    TEXT,
    'The group the permission is for. Only up to api-version 2021-05-01-preview may it be left out.',
  ],
  userId: [TEXT, 'The user the client will be; left out, nobody in particular.'],
  role: [TEXTS, 'Roles of the client.'],
  group: [TEXTS, 'Groups the client joins as it connects.'],
  minutesToExpire: [integer(1, undefined, 60), 'Minutes for which the token can be used.'],
  clientType: [
    { type: 'string', enum: ['Default', 'MQTT'], default: 'Default' },
    'Which endpoint the client connects to, compared without regard to case.',
  ],
  maxpagesize: [integer(1, 200), 'Most connections in one page.'],
  top: [integer(1), 'Most connections in all pages together.'],
  continuationToken: [TEXT, 'Where to go on: from the `nextLink` of the page before.'],
} as const satisfies Readonly<Record<string, readonly [OpenApiSchema, string]>>;

/** A parameter that the query of some operation has. */
export type QueryParameterName = keyof typeof QUERY_PARAMETERS;

/** @param path with parameters in braces */
export function pathParameters(path: string): OpenApiParameter[] {
  return path
    .split('/')
    .filter((segment) => segment.startsWith('{'))
    .map((segment): OpenApiParameter => {
      const name = segment.slice(1, -1);
      const [schema, description] = PATH_PARAMETERS[name] ?? [TEXT, ''];
      return { name, in: 'path', required: true, description, schema };
    });
}

export function queryParameter(name: QueryParameterName): OpenApiParameter {
  const [schema, description] = QUERY_PARAMETERS[name];
  return { name, in: 'query', required: false, description, schema };
}

export const API_VERSION_PARAMETER: OpenApiParameter = {
  name: 'api-version',
  in: 'query',
  required: false,
  description: 'Which rules hold; left out, those of 2020-10-01.',
  schema: { type: 'string', enum: API_VERSIONS },
};
