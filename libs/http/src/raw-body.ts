import type { z } from 'zod';
import { readBytes } from './body.js';
import { PayloadTooLarge } from './errors.js';
import { headerOf } from './http-request.js';
import { bodySchema } from './special-body.js';

export interface RawBodyOptions {
  /** Media types it takes, without parameters. @default any */
  readonly types?: readonly string[];
  /** Bytes. @default 1 MiB */
  readonly limit?: number;
}

/** What a client may give for a raw body; one that is a stream cannot be sent again. */
export type RawContent = string | Uint8Array<ArrayBuffer> | ArrayBuffer | Blob | ReadableStream<Uint8Array>;

/**
 * A body as the bytes that were received, for webhooks whose signature covers them.
 *
 * A body parser of the host that ran before has spent the bytes, and writing its result out again would give others. The
 * request then fails with a `TypeError` in the log that says so; one that leaves bytes, as `express.raw()`, is fine.
 */
export function rawBody({ types = ['*/*'], limit = 1_048_576 }: RawBodyOptions = {}): z.ZodCustom<Uint8Array, RawContent> {
  return bodySchema<Uint8Array, RawContent>({
    types: types.map((type) => type.toLowerCase()),
    limit,
    async read({ request }, atMost) {
      const { parsed } = request.body;
      const length = headerOf(request, 'content-length');
      const bytes = parsed ? parsed.value : await readBytes(request.body, length, atMost);
      if (!(bytes instanceof Uint8Array) || (bytes.length === 0 && length !== undefined && length !== '0')) {
        throw new TypeError('The bytes of this body are gone: a body parser ran before. Mount the dispatcher in front of it, or leave this address out of it.');
      }
      if (bytes.length > atMost) throw new PayloadTooLarge({ limit: atMost });
      return bytes;
    },
    schema: () => ({ type: 'string', format: 'binary' }),
  });
}
