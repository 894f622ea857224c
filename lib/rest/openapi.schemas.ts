/** The part of an OpenAPI 3 schema that our operations use. */
export interface OpenApiSchema {
  readonly type?: 'string' | 'integer' | 'object' | 'array';
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly default?: string | number;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly nullable?: boolean;
  readonly items?: OpenApiSchema;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly required?: readonly string[];
}

export const TEXT: OpenApiSchema = { type: 'string' };
export const TEXTS: OpenApiSchema = { type: 'array', items: TEXT };
const OPTIONAL_TEXT: OpenApiSchema = { type: 'string', nullable: true };

/** A whole number of 32 bits. */
export function integer(minimum: number, maximum = 2 ** 31 - 1, value?: number): OpenApiSchema {
  return {
    type: 'integer',
    format: 'int32',
    minimum,
    maximum,
    ...(value !== undefined && { default: value }),
  };
}

export const GROUP_NAME: OpenApiSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 1024,
  pattern: String.raw`^(?!\s+$).+$`,
};

/** The plain envelope (rest.md 8.1). */
export const ERROR: OpenApiSchema = {
  type: 'object',
  properties: {
    code: TEXT,
    message: TEXT,
    target: OPTIONAL_TEXT,
    details: { type: 'array', nullable: true, items: { type: 'object' } },
    inner: { type: 'object', nullable: true },
  },
};

export const CLIENT_TOKEN: OpenApiSchema = {
  type: 'object',
  properties: { token: TEXT },
  required: ['token'],
};

export const GROUP_MEMBERS: OpenApiSchema = {
  type: 'object',
  properties: {
    value: {
      type: 'array',
      items: {
        type: 'object',
        properties: { connectionId: TEXT, userId: OPTIONAL_TEXT },
        required: ['connectionId'],
      },
    },
    nextLink: { type: 'string', format: 'uri' },
  },
  required: ['value'],
};

/** What goes into a message, by its media type. */
export const PAYLOAD: Readonly<Record<string, OpenApiSchema>> = {
  'application/json': {},
  'application/octet-stream': { type: 'string', format: 'binary' },
  'text/plain': TEXT,
};

export const GROUPS_REQUEST: Readonly<Record<string, OpenApiSchema>> = {
  'application/json': {
    type: 'object',
    properties: { groups: { type: 'array', items: GROUP_NAME }, filter: TEXT },
    required: ['groups'],
  },
};
