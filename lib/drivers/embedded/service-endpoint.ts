/**
 * Where clients and callers reach the service. The address of the HTTP server is known only once it
 * listens, and a public address only to the operator, so both can be set.
 */
export class ServiceEndpoint {
  #listening: URL | undefined;
  readonly #configured: URL | undefined;
  // Kept: every request asks for them.
  #hosts: readonly string[];

  /** @param configured the public `http(s)` URL, with the path in front of `/api` and `/client` if any */
  constructor(configured?: string) {
    this.#configured = configured === undefined ? undefined : new URL(configured);
    this.#hosts = this.#hostsOf();
  }

  /** @param url where the HTTP server really listens, with the application's prefix as path */
  listening(url: string): void {
    this.#listening = new URL(url);
    this.#hosts = this.#hostsOf();
  }

  /** The URL that clients are given; `undefined` before the server listens. */
  get url(): URL | undefined {
    return this.#configured ?? this.#listening;
  }

  /** `host[:port]` of every address a token may be made for, besides that of the request itself. */
  get hosts(): readonly string[] {
    return this.#hosts;
  }

  #hostsOf(): readonly string[] {
    return [this.#configured, this.#listening].flatMap((url) => (url ? [url.host] : []));
  }
}
