import { Injectable } from '@nestjs/common';
import { filterProblem } from '../drivers/operations/filter.check.js';
import { isGroupName } from '../engine/names.js';
import { INVALID_GROUP_NAME, serviceErrors } from '../errors/service-errors.js';
import type { TextDecoder } from 'node:util';
import { contentTypeOf } from '../http/raw-body.js';
import { type PlatformRequest, rawRequest } from '../http/raw-exchange.js';
import { BodyReader } from './body.reader.js';
import { jsonDecoderFor } from './content-type.js';
import { InvalidParameters, type ParameterFailure } from './rest.errors.js';

/** Which connections change their membership of which groups (rest.md 5.8). */
export interface GroupsRequest {
  /** At least one; each is a valid name. */
  readonly groups: readonly string[];
  /** Empty = every connection. */
  readonly filter: string;
}

/** Reads the body of an operation on the groups of many connections. */
@Injectable()
export class GroupsRequestReader {
  constructor(private readonly bodies: BodyReader) {}

  /** @throws {@link WebPubSubError} 400, {@link InvalidParameters}, {@link RefusedRequest} 415 */
  async read(platformRequest: PlatformRequest): Promise<GroupsRequest> {
    const request = rawRequest(platformRequest);
    this.bodies.checkAnnouncedLength(request);
    const decoder = jsonDecoderFor(contentTypeOf(request));
    const { groups, filter } = shapeOf(parsed(await this.bodies.read(request), decoder));
    const names = groups.filter((name) => name !== null);
    const areNames = names.length > 0 && names.length === groups.length && names.every(isGroupName);
    const problem = filterProblem(filter);
    const [first, ...rest]: ParameterFailure[] = [
      ...(areNames ? [] : [failure('Groups', INVALID_GROUP_NAME)]),
      ...(problem === undefined ? [] : [failure('Filter', problem)]),
    ];
    if (first) throw new InvalidParameters([first, ...rest]);
    return { groups: names, filter };
  }
}

function parsed(body: Buffer, decoder: TextDecoder): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch {
    throw malformed();
  }
}

/** What the service would not read at all, as opposed to what it reads and refuses. */
function shapeOf(body: unknown): { groups: readonly (string | null)[]; filter: string } {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw malformed();
  const groups = member(body, 'groups') ?? [];
  const filter = member(body, 'filter') ?? '';
  if (!isListOfNames(groups) || typeof filter !== 'string') throw malformed();
  return { groups, filter };
}

/** The last member of that name, in any letter case. */
function member(body: object, name: string): unknown {
  return Object.entries(body).findLast(([key]) => key.toLowerCase() === name)?.[1];
}

function isListOfNames(value: unknown): value is readonly (string | null)[] {
  return Array.isArray(value) && value.every((item) => item === null || typeof item === 'string');
}

function failure(target: string, message: string): ParameterFailure {
  return { target, messages: [message] };
}

function malformed(): Error {
  return serviceErrors.badRequest('The request body is not a valid groups request.');
}
