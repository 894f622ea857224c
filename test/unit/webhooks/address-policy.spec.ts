import type { LookupAddress } from 'node:dns';
import { AddressPolicy } from '../../../lib/webhooks/sender/address-policy.js';
import { pinnedLookup } from '../../../lib/webhooks/sender/pinned-lookup.js';

const PUBLIC_ONLY = new AddressPolicy({ allowLoopback: false, allowPrivate: false });
const OPEN = new AddressPolicy({ allowLoopback: true, allowPrivate: true });

describe('AddressPolicy.check', () => {
  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '::ffff:1.1.1.1',
    '::ffff:0:101:101',
    '64:ff9b::101:101',
    '2002:101:101::1',
    '2a00:1450:4001:80b::200e',
  ])('takes %s', (address) => {
    expect(PUBLIC_ONLY.check(address)).toBeUndefined();
  });

  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::127.0.0.1',
    '2002:7f00:1::',
    '::127.0.0.1',
    '::1%lo',
  ])('takes %s for this machine', (address) => {
    expect(PUBLIC_ONLY.check(address)).toBe(`${address} is an address of this machine`);
    expect(OPEN.check(address)).toBeUndefined();
  });

  it.each([
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '192.168.255.255',
    '100.64.0.1',
    '100.127.255.255',
    'fc00::1',
    'fd12:3456:789a::1',
    '::ffff:10.0.0.1',
    '::ffff:0:10.0.0.1',
    '64:ff9b::10.0.0.1',
    '2002:a00:1::1',
    '::192.168.0.1',
  ])('takes %s for private', (address) => {
    expect(PUBLIC_ONLY.check(address)).toBe(`${address} is in a private network`);
    expect(OPEN.check(address)).toBeUndefined();
  });

  it.each([
    ['a metadata service', '169.254.169.254'],
    ['a metadata service', '::ffff:169.254.169.254'],
    ['a metadata service', '::ffff:a9fe:a9fe'],
    ['a metadata service', '64:ff9b::a9fe:a9fe'],
    ['a metadata service', '2002:a9fe:a9fe::'],
    ['a metadata service', '::169.254.169.254'],
    ['a metadata service', 'fd00:ec2::254'],
    ['a metadata service', '100.100.100.200'],
    ['a metadata service', '168.63.129.16'],
    ['link-local', '169.254.0.1'],
    ['link-local', 'fe80::1'],
    ['link-local', 'fe80::1%eth0'],
    ['link-local', 'febf::1'],
    ['site-local', 'fec0::1'],
    ['unspecified', '0.0.0.0'],
    ['unspecified', '::'],
    ['this network', '0.1.2.3'],
    ['protocol assignments', '192.0.0.8'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['6to4 relays', '192.88.99.1'],
    ['benchmarks', '198.18.0.1'],
    ['benchmarks', '198.19.255.255'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['multicast', 'ff02::1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['Teredo', '2001:0:4136:e378::1'],
    ['a local translation prefix', '64:ff9b:1::a00:1'],
    ['discarded', '100::1'],
    ['not handed out', '4000::1'],
    ['no address', 'example.com'],
    ['no address', ''],
    ['no address', '127.1'],
  ])('refuses %s whatever is allowed: %s', (_case, address) => {
    expect(OPEN.check(address)).toContain('not in a range');
  });
});

describe('AddressPolicy.checkHost', () => {
  const listed = new AddressPolicy({
    allowLoopback: false,
    allowPrivate: false,
    allowedHosts: [
      'app.example',
      '*.Hooks.example',
      'bücher.example',
      '1.1.1.1',
      '10.0.0.1',
      '[2606::1]',
    ],
  });

  it.each([
    'app.example',
    'APP.example.',
    'a.hooks.example',
    'a.b.hooks.example',
    'xn--bcher-kva.example',
    '1.1.1.1',
    '2606:0:0::1',
    '[2606::1]',
  ])('takes %s from the list', (host) => {
    expect(listed.checkHost(host)).toBeUndefined();
  });

  it.each([
    'other.example',
    'xapp.example',
    'app.example.evil.example',
    'hooks.example',
    'evilhooks.example',
    '*.hooks.example.evil',
    '1.1.1.2',
    'localhost',
  ])('refuses %s, which is not listed', (host) => {
    expect(listed.checkHost(host)).toContain('not one of the allowed hosts');
  });

  it('checks an address that is listed all the same', () => {
    expect(listed.checkHost('10.0.0.1')).toContain('private');
  });

  it('takes no host when the list is empty', () => {
    const none = new AddressPolicy({ allowLoopback: true, allowPrivate: true, allowedHosts: [] });
    expect(none.checkHost('app.example')).toContain('not one of the allowed hosts');
  });

  it('leaves names to the lookup without a list', () => {
    expect(PUBLIC_ONLY.checkHost('localhost')).toBeUndefined();
  });
});

describe('pinnedLookup', () => {
  const PUBLIC: LookupAddress = { address: '1.1.1.1', family: 4 };
  const PUBLIC_V6: LookupAddress = { address: '2606:4700::1111', family: 6 };
  const PRIVATE: LookupAddress = { address: '10.0.0.1', family: 4 };

  const look = (addresses: readonly LookupAddress[] | Error, all: boolean) =>
    new Promise<unknown>((resolve, reject) => {
      const lookup = pinnedLookup(PUBLIC_ONLY, () =>
        addresses instanceof Error ? Promise.reject(addresses) : Promise.resolve(addresses),
      );
      lookup('app.example', { all }, (error, address, family) =>
        error ? reject(error) : resolve(all ? address : { address, family }),
      );
    });

  it('gives every address to a socket that tries them all', async () => {
    expect(await look([PUBLIC, PUBLIC_V6], true)).toEqual([PUBLIC, PUBLIC_V6]);
  });

  it('gives the first to a socket that wants one', async () => {
    expect(await look([PUBLIC_V6, PUBLIC], false)).toEqual(PUBLIC_V6);
  });

  it.each([
    ['the only address', [PRIVATE]],
    ['the first', [PRIVATE, PUBLIC]],
    ['the last', [PUBLIC, PUBLIC_V6, PRIVATE]],
  ])('refuses the name when %s is private', async (_case, addresses) => {
    await expect(look(addresses, true)).rejects.toMatchObject({
      kind: 'refusedAddress',
      message: 'app.example: 10.0.0.1 is in a private network',
    });
    await expect(look(addresses, false)).rejects.toMatchObject({ kind: 'refusedAddress' });
  });

  it('fails for a name without an address', async () => {
    await expect(look([], true)).rejects.toMatchObject({ kind: 'network' });
  });

  it('passes on the error of the resolver', async () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
    await expect(look(error, true)).rejects.toBe(error);
  });
});
