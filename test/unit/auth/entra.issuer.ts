import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { EntraOptions } from '../../../lib/auth/entra.options.js';
import { EntraVerifier } from '../../../lib/auth/entra.verifier.js';

export const ISSUER = 'https://login.example.com/tenant/v2.0';
export const AUDIENCE = 'https://webpubsub.azure.com';
export const OWNER = 'Web PubSub Service Owner';
export const READER = 'Web PubSub Service Reader';

/** The clock of these tests, in seconds. */
export const NOW = 1_800_000_000;

/** A pair of keys of an issuer. */
export interface SigningKey {
  readonly kid: string;
  /** As it stands in the key set; like those of Entra it names no algorithm. */
  readonly jwk: JWK;
  readonly publicPem: string;
  sign(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
}

export async function signingKey(kid: string, alg = 'RS256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    kid,
    jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' },
    publicPem: await exportSPKI(publicKey),
    sign: (claims = {}, header = {}) =>
      new SignJWT({ ...claimsOf(claims) })
        .setProtectedHeader({ alg, kid, typ: 'JWT', ...header })
        .sign(privateKey),
  };
}

/** Claims of a good token, with some of them changed; `undefined` leaves one out. */
export function claimsOf(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    iat: NOW - 60,
    nbf: NOW - 60,
    exp: NOW + 3600,
    roles: [OWNER],
    ...changes,
  };
}

export function verifierOf(
  options: Partial<EntraOptions>,
  clock = () => NOW * 1000,
): Promise<EntraVerifier> {
  return EntraVerifier.create({ mode: 'jwks', issuer: ISSUER, ...options }, { clock });
}

/** What the issuer's server answers to a path. */
export type Route = (response: ServerResponse, request: IncomingMessage) => void;

/** The server of an issuer, whose answers a test can change. */
export class IssuerServer {
  readonly requests: string[] = [];
  readonly routes = new Map<string, Route>();
  readonly #server = createServer((request, response) => {
    const path = request.url ?? '';
    this.requests.push(path);
    const route = this.routes.get(path);
    if (route) route(response, request);
    else response.writeHead(404).end();
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  get origin(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  publish(...keys: readonly SigningKey[]): void {
    this.routes.set('/keys', json({ keys: keys.map(({ jwk }) => jwk) }));
  }
}

export function json(body: unknown): Route {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}

export function status(code: number, headers: Record<string, string> = {}): Route {
  return (response) => {
    response.writeHead(code, headers).end();
  };
}
