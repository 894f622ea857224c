import { BlockList, isIPv4 } from 'node:net';

/** What an address is good for: `public` is the rest, which nothing else claims. */
export type AddressKind = 'public' | 'loopback' | 'private' | 'forbidden';

type Range = readonly [network: string, prefix: number];

/** Metadata services outside of the link-local range: Alibaba, the Azure host, AWS over IPv6. */
const METADATA_V4: readonly Range[] = [
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
];
const METADATA_V6: readonly Range[] = [['fd00:ec2::', 32]];

const forbiddenV4 = listOf('ipv4', [
  ...METADATA_V4,
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]);

const loopbackV4 = listOf('ipv4', [['127.0.0.0', 8]]);

const privateV4 = listOf('ipv4', [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
]);

const loopbackV6 = listOf('ipv6', [['::1', 128]]);
const metadataV6 = listOf('ipv6', METADATA_V6);
const privateV6 = listOf('ipv6', [['fc00::', 7]]);

/** All that is handed out to the public; link-local, site-local and multicast addresses are outside. */
const globalV6 = listOf('ipv6', [['2000::', 3]]);

/** Teredo and other protocol assignments, documentation. */
const forbiddenGlobalV6 = listOf('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
]);

/** IPv6 ranges that lead to an IPv4 address, and the first of its two groups. */
const EMBEDDINGS: readonly { readonly range: BlockList; readonly group: number }[] = [
  { range: listOf('ipv6', [['::ffff:0:0', 96]]), group: 6 },
  { range: listOf('ipv6', [['::ffff:0:0:0', 96]]), group: 6 },
  { range: listOf('ipv6', [['64:ff9b::', 96]]), group: 6 },
  { range: listOf('ipv6', [['2002::', 16]]), group: 1 },
  // IPv4-compatible; `::` and `::1` look like it, and are asked for first.
  { range: listOf('ipv6', [['::', 96]]), group: 6 },
];

/** @param address an IP address as the resolver or a URL writes it; a zone is ignored */
export function kindOfAddress(address: string): AddressKind {
  if (isIPv4(address)) return kindOfV4(address);
  const groups = groupsOf(address);
  if (groups === undefined) return 'forbidden';
  return kindOfV6(groups.map((group) => group.toString(16)).join(':'), groups);
}

function kindOfV4(address: string): AddressKind {
  if (forbiddenV4.check(address, 'ipv4')) return 'forbidden';
  if (loopbackV4.check(address, 'ipv4')) return 'loopback';
  return privateV4.check(address, 'ipv4') ? 'private' : 'public';
}

function kindOfV6(address: string, groups: readonly number[]): AddressKind {
  if (loopbackV6.check(address, 'ipv6')) return 'loopback';
  const embedding = EMBEDDINGS.find(({ range }) => range.check(address, 'ipv6'));
  if (embedding) return kindOfV4(dotted(groups.slice(embedding.group, embedding.group + 2)));
  if (metadataV6.check(address, 'ipv6')) return 'forbidden';
  if (privateV6.check(address, 'ipv6')) return 'private';
  if (forbiddenGlobalV6.check(address, 'ipv6')) return 'forbidden';
  return globalV6.check(address, 'ipv6') ? 'public' : 'forbidden';
}

/** The eight groups of an IPv6 address; the URL parser knows all ways to write one. */
function groupsOf(address: string): number[] | undefined {
  const url = `http://[${address.split('%', 1)[0]}]/`;
  if (!URL.canParse(url)) return undefined;
  const [head = '', tail] = new URL(url).hostname.slice(1, -1).split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16));
}

function dotted(groups: readonly number[]): string {
  return groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}

function listOf(family: 'ipv4' | 'ipv6', ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family);
  return list;
}
