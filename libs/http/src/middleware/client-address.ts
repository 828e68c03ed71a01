import { isIP } from 'node:net';
import proxyAddress from 'proxy-addr';
import type { Middleware } from '../middleware.js';
import { plainAddress } from './address.js';

export interface ClientAddressOptions {
  /**
   * Proxies whose X-Forwarded-For counts: addresses, ranges in CIDR notation, or `loopback`, `linklocal`, `uniquelocal`.
   * Name the proxies alone: whoever is trusted can claim any address. @default none
   */
  readonly trustProxy?: string | readonly string[];
}

const rememberedPeers = 1_000;

/**
 * Finds the client's address behind trusted proxies: the right-most one in X-Forwarded-For that no trusted proxy has.
 * What a client writes into the header itself stands further to the left and is never reached.
 * @throws TypeError for a proxy that is neither an address nor a range
 */
export function clientAddress({ trustProxy = [] }: ClientAddressOptions = {}): Middleware {
  const trusted = typeof trustProxy === 'string' ? [trustProxy] : [...trustProxy];
  const isTrusted = remember(proxyAddress.compile(trusted));
  return {
    name: 'client-address',
    request(exchange) {
      let address = plainAddress(exchange.request.remoteAddress);
      if (trusted.length > 0 && isTrusted(address)) {
        const hops = exchange.header('x-forwarded-for')?.split(',') ?? [];
        for (let i = hops.length - 1; i >= 0 && isTrusted(address); i--) {
          const hop = addressOf(hops[i]!.trim());
          if (hop === undefined) break; // "unknown", or not an address at all: the proxy that says so is as far as we see
          address = hop;
        }
      }
      exchange.remoteAddress = address;
    },
  };
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function addressOf(hop: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
  return isIP(bare) === 0 ? undefined : plainAddress(bare);
}

/** Comparing ranges means parsing; the same few proxies are asked about for ever. */
function remember(isTrusted: (address: string, distance: number) => boolean): (address: string) => boolean {
  const known = new Map<string, boolean>();
  return (address) => {
    let trusted = known.get(address);
    if (trusted === undefined) {
      trusted = isTrusted(address, 0);
      if (known.size >= rememberedPeers) known.clear();
      known.set(address, trusted);
    }
    return trusted;
  };
}
