import { signClientToken } from '../auth/access-token.js';
import type {
  CloseManyOptions,
  GroupMember,
  GroupMemberPage,
  HubDriver,
  PageOptions,
  SendOptions,
} from '../drivers/hub-driver.interface.js';
import type {
  ClientTokenOptions,
  ClientTokenResult,
  Permission,
} from '../drivers/operations/hub.operations.js';
import type { Payload } from '../engine/payload.js';
import { failureOf, notSupportedByRest } from './rest.answers.js';
import type { RestAnswer, RestCaller, RestRequest } from './rest.caller.js';

const CONTENT_TYPES = {
  text: 'text/plain',
  json: 'application/json',
  binary: 'application/octet-stream',
} as const;
const FIRST_VERSION = '2020-10-01';

/** The operations of one hub as plain HTTP requests: a second opinion beside every SDK. */
export class RestHub implements HubDriver {
  /** @param hub in lower case */
  constructor(
    readonly hub: string,
    private readonly caller: RestCaller,
  ) {}

  async sendToAll(payload: Payload, options: SendOptions = {}): Promise<void> {
    await this.#send('', payload, options);
  }

  async sendToGroup(group: string, payload: Payload, options: SendOptions = {}): Promise<void> {
    await this.#send(`groups/${segment(group)}/`, payload, options);
  }

  async sendToUser(userId: string, payload: Payload, options: SendOptions = {}): Promise<void> {
    refuseOption(options, 'excluded', 'sends to a user');
    await this.#send(`users/${segment(userId)}/`, payload, options);
  }

  async sendToConnection(id: string, payload: Payload, options: SendOptions = {}): Promise<void> {
    refuseOption(options, 'excluded', 'sends to a connection');
    refuseOption(options, 'filter', 'sends to a connection');
    await this.#send(`connections/${segment(id)}/`, payload, options);
  }

  async connectionExists(connectionId: string): Promise<boolean> {
    return await this.#ask('HEAD', `connections/${segment(connectionId)}`, 200);
  }

  async groupExists(group: string): Promise<boolean> {
    return await this.#ask('HEAD', `groups/${segment(group)}`, 200);
  }

  async userExists(userId: string): Promise<boolean> {
    return await this.#ask('HEAD', `users/${segment(userId)}`, 200);
  }

  async userExistsInGroup(userId: string, group: string): Promise<boolean> {
    return await this.#ask('HEAD', this.#pair(userId, group), 200, firstVersion());
  }

  async closeConnection(connectionId: string, reason?: string): Promise<void> {
    const path = `connections/${segment(connectionId)}`;
    await this.#do('DELETE', path, 204, { query: { reason } });
  }

  async closeAllConnections(options: CloseManyOptions = {}): Promise<void> {
    await this.#do('POST', ':closeConnections', 204, { query: { ...options } });
  }

  async closeGroupConnections(group: string, options: CloseManyOptions = {}): Promise<void> {
    const path = `groups/${segment(group)}/:closeConnections`;
    await this.#do('POST', path, 204, { query: { ...options } });
  }

  async closeUserConnections(userId: string, options: CloseManyOptions = {}): Promise<void> {
    const path = `users/${segment(userId)}/:closeConnections`;
    await this.#do('POST', path, 204, { query: { ...options } });
  }

  async addConnectionToGroup(group: string, connectionId: string): Promise<boolean> {
    return await this.#ask('PUT', this.#member(group, connectionId), 200);
  }

  async removeConnectionFromGroup(group: string, connectionId: string): Promise<boolean> {
    await this.#do('DELETE', this.#member(group, connectionId), 204);
    return true;
  }

  async addUserToGroup(group: string, userId: string): Promise<boolean> {
    return await this.#ask('PUT', this.#pair(userId, group), 200);
  }

  async removeConnectionFromAllGroups(connectionId: string): Promise<boolean> {
    await this.#do('DELETE', `connections/${segment(connectionId)}/groups`, 204);
    return true;
  }

  async addConnectionsToGroups(groups: readonly string[], filter: string): Promise<void> {
    await this.#do('POST', ':addToGroups', 200, jsonBody({ groups, filter }));
  }

  async removeConnectionsFromGroups(groups: readonly string[], filter: string): Promise<void> {
    await this.#do('POST', ':removeFromGroups', 200, jsonBody({ groups, filter }));
  }

  async listConnectionsInGroup(group: string, options: PageOptions = {}): Promise<GroupMemberPage> {
    const { maxPageSize, top, continuationToken } = options;
    const query = { maxpagesize: maxPageSize?.toString(), top: top?.toString(), continuationToken };
    const path = `groups/${segment(group)}/connections`;
    const { text } = await this.#do('GET', path, 200, { query });
    const page = JSON.parse(text) as { value: RestMember[]; nextLink?: string | null };
    return {
      members: page.value.map(memberOf),
      continuationToken: page.nextLink
        ? (new URL(page.nextLink).searchParams.get('continuationToken') ?? undefined)
        : undefined,
    };
  }

  async removeUserFromGroup(group: string, userId: string): Promise<void> {
    await this.#do('DELETE', this.#pair(userId, group), 204);
  }

  async removeUserFromAllGroups(userId: string): Promise<void> {
    await this.#do('DELETE', `users/${segment(userId)}/groups`, 204);
  }

  async rememberUserInGroup(group: string, userId: string): Promise<void> {
    await this.#do('PUT', this.#pair(userId, group), 200, firstVersion());
  }

  async grantPermission(permission: Permission, id: string, group?: string): Promise<boolean> {
    const path = permissionPath(permission, id);
    return await this.#ask('PUT', path, 200, permissionRequest(group));
  }

  async revokePermission(permission: Permission, id: string, group?: string): Promise<boolean> {
    const status = group === undefined ? 200 : 204;
    return await this.#ask(
      'DELETE',
      permissionPath(permission, id),
      status,
      permissionRequest(group),
    );
  }

  async checkPermission(
    permission: Permission,
    id: string,
    group?: string,
  ): Promise<'allowed' | 'denied' | 'absent'> {
    const path = permissionPath(permission, id);
    if (await this.#ask('HEAD', path, 200, permissionRequest(group))) return 'allowed';
    return (await this.connectionExists(id)) ? 'denied' : 'absent';
  }

  /** Made here, as SDKs do: the service is not asked. */
  async getClientAccessToken(options: ClientTokenOptions = {}): Promise<ClientTokenResult> {
    const audience = `${this.caller.endpoint}client/hubs/${this.hub}`;
    const token = signClientToken({ ...options, audience }, this.caller.keys);
    const baseUrl = audience.replace(/^http/, 'ws');
    return { token, baseUrl, url: `${baseUrl}?access_token=${token}` };
  }

  async explainFilter(): Promise<never> {
    throw notSupportedByRest('No request asks how many connections match a filter.', 'filter');
  }

  async getSlowConsumerCounts(): Promise<never> {
    throw notSupportedByRest('No request asks for counts.', 'getSlowConsumerCounts');
  }

  async #send(target: string, payload: Payload, options: SendOptions): Promise<void> {
    const { excluded, filter, messageTtlSeconds, metadata = [] } = options;
    if (payload.dataType === 'protobuf') {
      throw notSupportedByRest('Messages are text, JSON or bytes, never protobuf.', 'message');
    }
    const headers = [...metadata].map(([key, value]) => [`X-WebPubSub-Metadata-${key}`, value]);
    await this.#do('POST', `${target}:send`, 202, {
      query: { excluded, filter, messageTtlSeconds: messageTtlSeconds?.toString() },
      headers: { 'Content-Type': CONTENT_TYPES[payload.dataType], ...Object.fromEntries(headers) },
      body: payload.bytes,
    });
  }

  #pair(userId: string, group: string): string {
    return `users/${segment(userId)}/groups/${segment(group)}`;
  }

  #member(group: string, connectionId: string): string {
    return `groups/${segment(group)}/connections/${segment(connectionId)}`;
  }

  /** @returns whether it was there: 404 is an answer */
  async #ask(method: string, path: string, due: number, request?: RestRequest): Promise<boolean> {
    const answer = await this.#call(method, path, request);
    if (answer.status === due) return true;
    if (answer.status === 404) return false;
    throw this.#failure(answer, request);
  }

  async #do(method: string, path: string, due: number, request?: RestRequest): Promise<RestAnswer> {
    const answer = await this.#call(method, path, request);
    if (answer.status === due) return answer;
    throw this.#failure(answer, request);
  }

  async #call(method: string, path: string, request?: RestRequest): Promise<RestAnswer> {
    return await this.caller.call(method, `api/hubs/${this.hub}/${path}`, request);
  }

  #failure(answer: RestAnswer, request: RestRequest | undefined): Error {
    const isVersion = request?.query?.['api-version'] === FIRST_VERSION;
    // The answer to a HEAD has no body that would say what was wrong.
    if (!isVersion || answer.status !== 400) return failureOf(answer);
    return notSupportedByRest(`The service does not serve ${FIRST_VERSION}.`, 'api-version');
  }
}

interface RestMember {
  readonly connectionId: string;
  readonly userId?: string | null;
}

function memberOf({ connectionId, userId }: RestMember): GroupMember {
  return { connectionId, ...(typeof userId === 'string' && { userId }) };
}

function firstVersion(): RestRequest {
  return { query: { 'api-version': FIRST_VERSION } };
}

function permissionPath(permission: Permission, connectionId: string): string {
  return `permissions/${permission}/connections/${segment(connectionId)}`;
}

/** A name in a path. A slash would not arrive as one, and dots vanish (rest.md 1.2). */
function segment(name: string): string {
  if (name !== '.' && name !== '..' && !name.includes('/')) return encodeURIComponent(name);
  throw notSupportedByRest(`The name '${name}' cannot be part of a path.`, 'name');
}

/** Permissions for every group were in the first version only. */
function permissionRequest(group: string | undefined): RestRequest {
  return group === undefined ? firstVersion() : { query: { targetName: group } };
}

function jsonBody(value: object): RestRequest {
  return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) };
}

function refuseOption(options: SendOptions, name: 'excluded' | 'filter', operation: string): void {
  if (options[name] === undefined || options[name].length === 0) return;
  throw notSupportedByRest(`There is no ${name} for ${operation}.`, name);
}
