import { z } from 'zod';
import type { Exchange } from './exchange.js';

/** A body that is not JSON: how to read it, and how the API document describes it. */
export interface BodyReader {
  /** Media types it takes, in lower case and without parameters. */
  readonly types: readonly string[];
  /** Bytes, unless the route says otherwise. */
  readonly limit?: number | undefined;
  read(exchange: Exchange, limit: number): Promise<unknown>;
  /** JSON schema of the body for the API document. */
  readonly schema: () => object;
}

const readers = new WeakMap<object, BodyReader>();

/** Makes a schema whose body is read in a way of its own: `T` is what a handler gets, `Sent` what a client gives. */
export function bodySchema<T, Sent = T>(reader: BodyReader): z.ZodCustom<T, Sent> {
  const schema = z.custom<T>() as unknown as z.ZodCustom<T, Sent>;
  readers.set(schema, reader);
  return schema;
}

export const readerOf = (schema: object): BodyReader | undefined => readers.get(schema);
