/**
 * What gives tokens of Microsoft Entra ID: `DefaultAzureCredential` and the others of
 * `@azure/identity` are of this shape.
 *
 * @example
 * ```ts
 * const credential: AzureCredential = new DefaultAzureCredential();
 * ```
 */
export interface AzureCredential {
  /** @returns the token and when it ends, in milliseconds since the epoch; `null` for none */
  getToken(
    scopes: string | string[],
    options?: unknown,
  ): Promise<{
    /** The token itself. A secret. */
    token: string;
    /** Milliseconds since the epoch. */
    expiresOnTimestamp: number;
  } | null>;
}

/** An HTTP proxy on the way to the service. */
export interface AzureProxy {
  /** Host name, or `http://` or `https://` and a host name. */
  readonly host: string;
  /** From 1 to 65535. */
  readonly port: number;
  /** Left out, the proxy asks nobody who they are. */
  readonly username?: string;
  /** A secret. */
  readonly password?: string;
}

/** Where the service is and how it is called; see {@link AzureDriver}. */
export interface AzureDriverOptions extends AzureOptions {
  /** `Endpoint=https://<host>;AccessKey=<key>;Version=1.0;`. A secret. */
  readonly connectionString?: string;
  /** URL of the service; takes the place of that in the connection string. */
  readonly endpoint?: string;
  /** Takes the place of the key in the connection string. A secret. */
  readonly accessKey?: string;
}

/** How the cloud service is reached, beside endpoint and key. */
export interface AzureOptions {
  /** A Microsoft Entra credential; takes the place of every access key. Needs `https`. */
  readonly credential?: AzureCredential;
  /**
   * URL of a gateway that stands in front of the service for our calls, its path included. Tokens
   * are still made for the endpoint, and clients are still sent there.
   */
  readonly reverseProxyEndpoint?: string;
  /**
   * The HTTP proxy to go through.
   *
   * @defaultValue that of the environment variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`
   */
  readonly proxy?: AzureProxy;
  /**
   * Version of the REST API that is called.
   *
   * @defaultValue that of the installed `@azure/web-pubsub`
   */
  readonly apiVersion?: string;
  /**
   * Seconds after which a call is given up, its repetitions included.
   *
   * @defaultValue no limit
   */
  readonly timeoutSeconds?: number;
  /**
   * How often a call is repeated that found the service unreachable, overloaded or broken. A send
   * whose answer was lost is repeated as well, so a message can arrive twice.
   *
   * @defaultValue 3
   */
  readonly maxRetries?: number;
}
