import { WebPubSubConfigurationError } from '../../errors/configuration.error.js';
import type { AzureCredential } from './azure.options.js';

/**
 * What we use of `@azure/web-pubsub`, in types of our own: the package is optional, and an
 * application without it must compile against ours.
 */
export interface AzureServiceClient {
  group(name: string): AzureGroupClient;
  sendToAll(message: Uint8Array, options: SendCall): Promise<void>;
  sendToUser(userId: string, message: Uint8Array, options: SendCall): Promise<void>;
  sendToConnection(connectionId: string, message: Uint8Array, options: SendCall): Promise<void>;
  connectionExists(connectionId: string, options: Call): Promise<boolean>;
  groupExists(group: string, options: Call): Promise<boolean>;
  userExists(userId: string, options: Call): Promise<boolean>;
  closeConnection(connectionId: string, options: CloseCall): Promise<void>;
  closeAllConnections(options: CloseCall): Promise<void>;
  closeUserConnections(userId: string, options: CloseCall): Promise<void>;
  removeUserFromAllGroups(userId: string, options: Call): Promise<void>;
  removeConnectionFromAllGroups(connectionId: string, options: Call): Promise<void>;
  addConnectionsToGroups(groups: string[], filter: string, options: Call): Promise<void>;
  removeConnectionsFromGroups(groups: string[], filter: string, options: Call): Promise<void>;
  grantPermission(id: string, permission: PermissionName, options: TargetCall): Promise<void>;
  revokePermission(id: string, permission: PermissionName, options: TargetCall): Promise<void>;
  hasPermission(id: string, permission: PermissionName, options: TargetCall): Promise<boolean>;
  getClientAccessToken(
    options: TokenCall,
  ): Promise<{ token: string; baseUrl: string; url: string }>;
}

/** The operations that `@azure/web-pubsub` has on groups. */
export interface AzureGroupClient {
  addConnection(connectionId: string, options: Call): Promise<void>;
  removeConnection(connectionId: string, options: Call): Promise<void>;
  addUser(userId: string, options: Call): Promise<void>;
  removeUser(userId: string, options: Call): Promise<void>;
  closeAllConnections(options: CloseCall): Promise<void>;
  sendToAll(message: Uint8Array, options: SendCall): Promise<void>;
  listConnections(options: ListCall): Promise<AzurePages>;
}

/** What `listConnections` gives. */
export interface AzurePages {
  byPage(): AsyncIterator<{ connectionId: string; userId?: string | null }[]>;
}

type PermissionName = 'joinLeaveGroup' | 'sendToGroup';

/** Options of every call. */
export interface Call {
  readonly abortSignal?: AbortSignal;
}

export interface SendCall extends Call {
  readonly requestOptions: { readonly customHeaders: { [name: string]: string } };
  readonly excludedConnections?: string[];
  readonly filter?: string;
  readonly messageTtlSeconds?: number;
}

export interface CloseCall extends Call {
  readonly reason?: string;
  /** Not in the types of the package, but sent. */
  readonly excluded?: string[];
}

export interface TargetCall extends Call {
  readonly targetName: string;
}

export interface ListCall extends Call {
  readonly maxPageSize?: number;
  readonly top?: number;
  readonly continuationToken?: string;
  onResponse(rawResponse: unknown, flatResponse: unknown): void;
}

export interface TokenCall extends Call {
  readonly userId?: string;
  readonly roles?: string[];
  readonly groups?: string[];
  readonly expirationTimeInMinutes?: number;
  readonly clientProtocol?: 'default' | 'mqtt';
}

/** A request on its way through the pipeline of the package. */
export interface AzureRequest {
  url: string;
}

/** A step of that pipeline. */
export interface AzurePolicy {
  readonly name: string;
  sendRequest<Request extends AzureRequest, Response>(
    request: Request,
    next: (request: Request) => Promise<Response>,
  ): Promise<Response>;
}

/** Options of a client. */
export interface AzureClientOptions {
  readonly allowInsecureConnection: boolean;
  readonly additionalPolicies: { policy: AzurePolicy; position: 'perCall' | 'perRetry' }[];
  readonly retryOptions?: { readonly maxRetries: number };
  readonly proxyOptions?: {
    readonly host: string;
    readonly port: number;
    readonly username?: string;
    readonly password?: string;
  };
}

/** The package as it is imported. */
export interface AzurePackage {
  readonly AzureKeyCredential: new (key: string) => { readonly key: string };
  // `never`: its credentials are classes with private members, which no type of ours can name.
  readonly WebPubSubServiceClient: new (
    endpoint: string,
    credential: never,
    hub: string,
    options: AzureClientOptions,
  ) => AzureServiceClient;
}

/** Makes a client for one hub. */
export type AzureClientFactory = (
  endpoint: string,
  access: string | AzureCredential,
  hub: string,
  options: AzureClientOptions,
) => AzureServiceClient;

const PACKAGE = '@azure/web-pubsub';

/**
 * @param importPackage how the package is found
 * @throws {@link WebPubSubConfigurationError} when it is not installed
 */
export async function loadAzureSdk(
  importPackage: () => Promise<AzurePackage> = async () => await import('@azure/web-pubsub'),
): Promise<AzureClientFactory> {
  const { AzureKeyCredential, WebPubSubServiceClient } = await importPackage().catch(explain);
  return (endpoint, access, hub, options) => {
    const credential = typeof access === 'string' ? new AzureKeyCredential(access) : access;
    return new WebPubSubServiceClient(endpoint, credential as never, hub, options);
  };
}

function explain(error: unknown): never {
  if (!isMissing(error)) throw error;
  throw new WebPubSubConfigurationError([
    {
      path: 'driver',
      got: `'azure', but the package ${PACKAGE} is not installed`,
      expected: `the package ${PACKAGE}, which talks to the service`,
      fix: `Run \`npm install ${PACKAGE}\`.`,
    },
  ]);
}

// A package that is there but lacks one of its own dependencies is another problem.
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, message } = error as NodeJS.ErrnoException;
  const isNotFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isNotFound && message.includes(`'${PACKAGE}'`);
}
