import type { TokenClaims } from './claims.js';
import type { DataAction } from './entra.actions.js';

/** Who may call the REST API with a token of Microsoft Entra ID, and how the token is judged. */
export interface EntraOptions {
  /**
   * `jwks`: signature, issuer, audience and lifetime are checked, and what the caller may do.
   * `trust-for-development`: audience and lifetime only, so whoever reaches the REST API can do
   * everything; refused when NODE_ENV is production.
   */
  readonly mode: 'jwks' | 'trust-for-development';
  /** Trusted issuers; left out, the two of the tenant. */
  readonly issuer?: string | readonly string[];
  /**
   * Whom tokens must be for.
   *
   * @defaultValue 'https://webpubsub.azure.com'
   */
  readonly audience?: string;
  /**
   * Where the key set is; left out, where the OpenID metadata of the tenant or of the issuer say.
   * `https`, or `http` on this machine.
   */
  readonly jwksUri?: string;
  /** Directory id (a GUID) of the tenant whose keys and issuers are trusted. */
  readonly tenantId?: string;
  /** The key set itself; nothing is then fetched. */
  readonly jwks?: {
    /** In JSON Web Key form. */
    readonly keys: readonly object[];
  };
  /**
   * What a caller may do: data actions, with or without `Microsoft.SignalRService/WebPubSub/`, or
   * patterns such as `*` and `*\/read`. It is asked for verified claims only; when it throws, the
   * request fails with its error.
   *
   * @defaultValue those of the roles `Web PubSub Service Owner` and `Web PubSub Service Reader` in the
   * claim `roles`; in development mode all
   */
  readonly actionsOf?: (claims: TokenClaims) => readonly string[] | Promise<readonly string[]>;
}

/**
 * What a token is worth. The `reason` is for the log: it never contains the token and must not reach
 * the caller.
 */
export type EntraVerdict =
  | {
      readonly valid: true;
      readonly claims: TokenClaims;
      /** Whether the caller may do this. */
      allows(action: DataAction): boolean;
    }
  | { readonly valid: false; readonly reason: string };

/** The audience of tokens for the service, whichever resource of it is called. */
export const ENTRA_AUDIENCE = 'https://webpubsub.azure.com';

/** To be logged at the start of an application with `trust-for-development`. */
export const ENTRA_DEVELOPMENT_WARNING =
  'Microsoft Entra tokens are believed without their signature (entra.mode is ' +
  "'trust-for-development'): whoever reaches the REST API can do everything. " +
  "Use entra.mode 'jwks' anywhere but on your own machine.";
