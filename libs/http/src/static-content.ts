import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import Negotiator from 'negotiator';
import { matchesAny } from './conditional.js';
import type { Exchange } from './exchange.js';
import type { Answer } from './http-request.js';

export interface StaticContentOptions {
  readonly type: string;
  /** Value of Cache-Control. */
  readonly cache: string;
  /** Further headers, name and value in turn. @default none */
  readonly headers?: readonly string[];
  /** Makes the content; called once, with the first request. */
  load(): string | Uint8Array | Promise<string | Uint8Array>;
}

/** Answers with something that never changes while the process runs: made, hashed and compressed once, and 304 where it is known. */
export function staticContent({ type, cache, headers = [], load }: StaticContentOptions): (exchange: Exchange) => Promise<Answer> {
  let made: Promise<{ readonly tag: string; readonly plain: Uint8Array; readonly zipped: Uint8Array }> | undefined;
  const make = async () => {
    const plain = Buffer.from(await load());
    return { plain, zipped: await promisify(gzip)(plain), tag: createHash('sha256').update(plain).digest('base64url').slice(0, 22) };
  };
  return async (exchange) => {
    // After a failure the next request tries again.
    made ??= make().catch((error: unknown) => { made = undefined; throw error; });
    const { plain, zipped, tag } = await made;
    const accepted = exchange.header('accept-encoding');
    const compress = accepted !== undefined && new Negotiator({ headers: { 'accept-encoding': accepted } }).encoding(['gzip', 'identity']) === 'gzip';
    // Two encodings are two representations (RFC 9110 section 8.8.3).
    const common = ['ETag', compress ? `"${tag}-gzip"` : `"${tag}"`, 'Cache-Control', cache, 'Vary', 'Accept-Encoding', ...headers];
    const known = exchange.header('if-none-match');
    if (known !== undefined && matchesAny(known, common[1]!)) return { status: 304, headers: common, body: undefined };
    const body = compress ? zipped : plain;
    return { status: 200, headers: [...common, 'Content-Type', type, 'Content-Length', String(body.length), ...(compress ? ['Content-Encoding', 'gzip'] : [])], body };
  };
}
