import { isIPv6 } from 'node:net';

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Writes an IPv4 address that arrived over an IPv6 socket (`::ffff:192.0.2.1`) as what it is. */
export const plainAddress = (address: string): string => (address.startsWith('::f') || address.startsWith('::F') ? mapped.exec(address)?.[1] ?? address : address);

/**
 * Returns what stands for one subscriber: an IPv4 address, or the /64 that an IPv6 address lies in, since whoever has
 * one address of it has all 2^64 (RFC 6177).
 */
export function subscriberOf(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(':') || !isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('%', 1)[0]!.toLowerCase().split('::');
  const front = groups(head);
  if (tail !== undefined) {
    const back = groups(tail);
    // An embedded IPv4 address takes the place of two groups.
    const length = back.length + (tail.includes('.') ? 1 : 0);
    while (front.length + length < 8) front.push('0');
    front.push(...back);
  }
  return `${front.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
