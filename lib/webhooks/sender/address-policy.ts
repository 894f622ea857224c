import { isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { kindOfAddress } from './address-ranges.js';

/** Where webhooks may be. */
export interface AddressPolicyOptions {
  /** Whether addresses of this machine are good. */
  readonly allowLoopback: boolean;
  /** Whether private networks are good. */
  readonly allowPrivate: boolean;
  /** The only hosts that are good: a host, or `*.example.com` for every name below it. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/**
 * Keeps webhooks from reaching into networks they have no business in. Link-local addresses, where
 * clouds have their metadata services, and ranges that nobody can own are always refused.
 */
export class AddressPolicy {
  readonly #allowLoopback: boolean;
  readonly #allowPrivate: boolean;
  readonly #hosts: ReadonlySet<string> | undefined;
  readonly #suffixes: readonly string[];

  constructor({ allowLoopback, allowPrivate, allowedHosts }: AddressPolicyOptions) {
    this.#allowLoopback = allowLoopback;
    this.#allowPrivate = allowPrivate;
    this.#hosts = allowedHosts && new Set(allowedHosts.map(normalizeHost));
    this.#suffixes = (allowedHosts ?? [])
      .filter((host) => host.startsWith('*.'))
      .map((host) => `.${normalizeHost(host.slice(2))}`);
  }

  /**
   * @param hostname as in {@link URL.hostname}: a name or an IP literal
   * @returns why it is refused; `undefined` when it may be resolved, or connected to if it is an address
   */
  checkHost(hostname: string): string | undefined {
    const host = normalizeHost(hostname);
    if (!this.#isListed(host)) return `${host} is not one of the allowed hosts`;
    return isIP(host) === 0 ? undefined : this.check(host);
  }

  /** @returns why an IP address is refused; `undefined` when it may be connected to */
  check(address: string): string | undefined {
    const kind = kindOfAddress(address);
    switch (kind) {
      case 'public':
        return undefined;
      case 'loopback':
        return this.#allowLoopback ? undefined : `${address} is an address of this machine`;
      case 'private':
        return this.#allowPrivate ? undefined : `${address} is in a private network`;
      case 'forbidden':
        return `${address} is not in a range that webhooks may have`;
    }
  }

  #isListed(host: string): boolean {
    if (this.#hosts === undefined) return true;
    return this.#hosts.has(host) || this.#suffixes.some((suffix) => host.endsWith(suffix));
  }
}

/** One spelling for each host: ASCII, lower case, without brackets and dot at the end. */
function normalizeHost(text: string): string {
  const host = text.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  if (!isIPv6(host)) return domainToASCII(host) || host;
  const url = `http://[${host}]/`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : host;
}
