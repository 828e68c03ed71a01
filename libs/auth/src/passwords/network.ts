import { isIPv6 } from 'node:net';

/**
 * Returns what stands for one subscriber: an IPv4 address, or the /64 that an IPv6 address lies in, since whoever has one
 * address of it has all 2^64 (RFC 6177). What is no address stands for itself.
 */
export function networkOf(address: string): string {
  const [plain = ''] = address.trim().toLowerCase().split('%', 1);
  if (!isIPv6(plain)) return plain;
  // The URL parser writes all forms of an address in one (RFC 5952), without the IPv4 notation.
  const canonical = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = canonical.split('::');
  const [front, back] = [groupsOf(head), groupsOf(tail)];
  const groups = [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back];
  // An IPv4 address that arrived over an IPv6 socket: ::ffff:0:0/96.
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff') return groups.slice(6).flatMap(bytesOf).join('.');
  return `${groups.slice(0, 4).join(':')}::/64`;
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));
const bytesOf = (group: string): number[] => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255];
