import { z } from 'zod';
import type { In, Out, Schema } from './schema.js';

/** How an answer's body is written. */
export type BodyFormat = 'json' | 'empty' | 'bytes' | 'events';

/** One declared answer of a route. */
export interface Returns<S extends Schema = Schema> {
  readonly status: number;
  readonly format: BodyFormat;
  /** Of the envelope's `data`, or of one event; only what it declares leaves the process. */
  readonly schema: S;
  /** Content type, for `bytes`. */
  readonly type?: string;
  readonly options: ReturnsOptions;
  /** Other successful answers, by status; see {@link oneOf}. */
  readonly alternatives?: readonly Returns[];
  /** Of one event, for `events`. */
  readonly event?: Schema;
}

export interface ReturnsOptions {
  /**
   * Where the ETag comes from: the name of a field of `data` that changes with every save gives the strong
   * `"<api version>-<value>"`, `'weak'` a hash of the body. With one, GET answers 304 to a matching If-None-Match.
   * @default none
   */
  readonly etag?: string;
  /** Path of the thing made, with fields of `data` in braces: `/orders/{id}`. Gives the Location header. @default none */
  readonly location?: `/${string}`;
  /** One sentence for the API document. @default by status */
  readonly description?: string;
  /** An example of `data` for the API document. @default made from the schema's own examples */
  readonly example?: unknown;
}

const json = (status: number) => <S extends Schema>(schema: S, options: ReturnsOptions = {}): Returns<S> => ({ status, format: 'json', schema, options });

/** 200 with `data` of this schema. */
export const ok = json(200);
/** 201 with `data` of this schema; say where the new thing lives with `location`. */
export const created = json(201);
/** 202 with `data` of this schema. */
export const accepted = json(202);
/** 204 without a body. */
export const noContent = (options: ReturnsOptions = {}): Returns<z.ZodVoid> => ({ status: 204, format: 'empty', schema: z.void(), options });

/** What a handler returns for a download. */
export interface Download {
  readonly body: Uint8Array | AsyncIterable<Uint8Array | string> | string;
  /** Offered to the user as the name to save under. @default shown inline */
  readonly filename?: string;
  /** Length in bytes, where it is known beforehand. */
  readonly length?: number;
}

/** 200 with a file or stream of this content type, sent without an envelope and with back-pressure. */
export const file = (type: string, options: ReturnsOptions = {}): Returns<z.ZodCustom<Download, Download>> =>
  ({ status: 200, format: 'bytes', schema: z.custom<Download>(), type, options });

/** 200 with server-sent events: the handler returns an async iterable of values of this schema. */
export const events = <S extends Schema>(event: S, options: ReturnsOptions = {}): Returns<z.ZodCustom<AsyncIterable<In<S>>, AsyncIterable<In<S>>>> =>
  ({ status: 200, format: 'events', schema: z.custom<AsyncIterable<In<S>>>(), event, options });

/** Stands for any one of several schemas. */
export interface AnyOf<S extends Schema> extends Schema { readonly _zod: { readonly input: In<S>; readonly output: Out<S> } }

type SchemaOf<R> = R extends Returns<infer S> ? S : never;

/** Several successful answers; the first is the usual one, the handler names another by `reply(data, { status })`. */
export const oneOf = <const R extends readonly [Returns<any>, ...Returns<any>[]]>(...answers: R): Returns<AnyOf<SchemaOf<R[number]>>> => {
  const [first, ...alternatives] = answers;
  return { ...first, alternatives };
};
