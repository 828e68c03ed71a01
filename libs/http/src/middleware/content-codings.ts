import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Transform } from 'node:stream';

/** One way of compressing an answer (RFC 9110, section 8.4.1). */
export interface ContentCoding {
  /** Compresses a whole body on libuv's threads, away from the event loop. */
  all(bytes: Uint8Array | string): Promise<Uint8Array>;
  /** Makes a stream that hands on what it has after every chunk. */
  stream(): Transform;
}

export type CodingName = 'zstd' | 'br' | 'gzip';

// Brotli's own default (11) is meant for files that are compressed once; 4 costs about what gzip does and is smaller.
const brotli = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } };
const toBrotli = promisify<zlib.InputType, zlib.BrotliOptions, Buffer>(zlib.brotliCompress);
const toGzip = promisify<zlib.InputType, Buffer>(zlib.gzip);

const codings: Partial<Record<CodingName, ContentCoding>> = {
  br: {
    all: (bytes) => toBrotli(bytes, brotli),
    stream: () => zlib.createBrotliCompress({ ...brotli, flush: zlib.constants.BROTLI_OPERATION_FLUSH }),
  },
  gzip: {
    all: (bytes) => toGzip(bytes),
    stream: () => zlib.createGzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
  },
};

// Node.js has it from 22.15 and 23.8 on.
if (typeof zlib.zstdCompress === 'function') {
  const toZstd = promisify<zlib.InputType, Buffer>(zlib.zstdCompress);
  codings.zstd = {
    all: (bytes) => toZstd(bytes),
    stream: () => zlib.createZstdCompress({ flush: zlib.constants.ZSTD_e_flush }),
  };
}

/** Returns a coding if this Node.js has it. */
export const codingOf = (name: CodingName): ContentCoding | undefined => codings[name];
