import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { AddressPolicy } from './address-policy.js';
import { OutgoingHttpError } from './outgoing-http.error.js';

/** Finds all addresses of a host name. */
export type ResolveHost = (hostname: string) => Promise<readonly LookupAddress[]>;

/** As the operating system resolves, its hosts file included. */
export const resolveWithSystem: ResolveHost = (hostname) => lookup(hostname, { all: true });

/**
 * A lookup for sockets that gives only addresses the policy has agreed to. A name is resolved once for
 * each connection and the socket takes what was checked, so a second answer of the name server cannot
 * lead it elsewhere. One bad address refuses the name: an honest one does not mix.
 *
 * Sockets do not look up IP literals; {@link AddressPolicy.checkHost} is for those.
 */
export function pinnedLookup(policy: AddressPolicy, resolve: ResolveHost): LookupFunction {
  return (hostname, options, callback) => {
    const fail = (error: unknown): void =>
      callback(error instanceof Error ? error : new Error(String(error)), []);
    resolve(hostname).then((addresses) => {
      const [first] = addresses;
      if (first === undefined) {
        return fail(new OutgoingHttpError('network', `${hostname} has no address`));
      }
      for (const { address } of addresses) {
        const refusal = policy.check(address);
        if (refusal === undefined) continue;
        return fail(new OutgoingHttpError('refusedAddress', `${hostname}: ${refusal}`));
      }
      if (options.all === true) return callback(null, [...addresses]);
      return callback(null, first.address, first.family);
    }, fail);
  };
}
