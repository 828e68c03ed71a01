import type { Duration } from '@org/enterprise-kernel';
import type { SomeRoute } from '../contract.js';
import type { Download } from '../returns.js';
import type { IfMatch, Route } from '../route.js';
import type { In, Schema } from '../schema.js';
import type { EventStream } from './event-stream.js';
import type { ReceivedFile } from './received-file.js';

type Nothing = Record<never, never>;

/** One part of the input: left out where the route has none, optional where all of it is. */
type Part<K extends string, V> =
  undefined extends V ? { readonly [k in K]?: V } : Nothing extends V ? { readonly [k in K]?: V | undefined } : { readonly [k in K]: V };

type IfMatchPart<M extends IfMatch> =
  M extends 'required' ? { readonly ifMatch: string } : M extends 'optional' ? { readonly ifMatch?: string | undefined } : { readonly ifMatch?: undefined };

/** What a call of a route takes. */
export type CallInput<R extends Route> =
  R extends Route<infer P, infer Q, infer H, infer B, any, infer M> ? InputOf<P, Q, H, B, M> : never;

type InputOf<P extends Schema, Q extends Schema, H extends Schema, B extends Schema, M extends IfMatch> =
  & Part<'params', In<P>> & Part<'query', In<Q>> & Part<'headers', In<H>> & Part<'body', In<B>> & IfMatchPart<M>;

/** What a call of a route gives: the envelope's `data`, a {@link ReceivedFile}, an {@link EventStream}, or nothing. */
export type CallData<R extends Route> = R extends Route<any, any, any, any, infer S> ? DataOf<In<S>> : never;

// A download is told by being exactly that type: data may well have a field `body`.
type DataOf<D> =
  unknown extends D ? D
  : [Download] extends [D] ? ([D] extends [Download] ? ReceivedFile : D)
  : D extends AsyncIterable<infer E> ? EventStream<E> : D;

type Arguments<Input> = Nothing extends Input ? [input?: Input, options?: CallOptions] : [input: Input, options?: CallOptions];

/** A route as a function. Every call rejects with ApiError, API_UNREACHABLE, API_TIMEOUT, API_ANSWER_INVALID, or the reason of an aborted signal. */
export interface RouteCall<Input, Data> {
  /** Calls the route and returns the answer's data. */
  (...args: Arguments<Input>): Promise<Data>;
  /** Calls the route and returns the data with what is around it: status, headers, ETag. */
  withResponse(...args: Arguments<Input>): Promise<ApiResponse<Data>>;
  /**
   * Calls a GET route with If-None-Match (RFC 9110 section 13.1.2): where the thing still has this ETag, nothing is sent again.
   * @throws TypeError for another method
   */
  ifChanged(etag: string, ...args: Arguments<Input>): Promise<ApiResponse<Data> | NotModified>;
}

/** What of an answer is not its data. */
export interface ResponseInfo {
  readonly status: number;
  readonly headers: Headers;
  /** For `ifMatch` and `ifChanged`. It belongs to one API version. */
  readonly etag: string | undefined;
  readonly requestId: string | undefined;
  /** The API version that was asked for. */
  readonly version: string;
}

export interface ApiResponse<Data> extends ResponseInfo {
  readonly notModified: false;
  readonly data: Data;
  /** The envelope's message, where there is an envelope. */
  readonly message: string | undefined;
}

export interface NotModified extends ResponseInfo {
  readonly notModified: true;
}

/** What one call may have of its own. */
export interface CallOptions {
  /** Ends the call at once; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** In all, with retries. @default the client's */
  readonly timeout?: Duration;
  /** Added to the client's, which they override; for what is not in the contract. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as Idempotency-Key; makes a POST or PATCH repeatable. Choose it per intention, not per call. */
  readonly idempotencyKey?: string;
  /** How often a failed attempt is repeated. @default the client's */
  readonly retries?: number;
}

/** Contracts, in groups if you like: `{ products: productContract }`, or one contract. */
export interface RouteTree { readonly [name: string]: SomeRoute | RouteTree }

/** Every route of a tree as a function. Types are made for the routes that are called, and for no others. */
export type Client<T> = {
  readonly [K in keyof T]: T[K] extends Route<infer P, infer Q, infer H, infer B, infer S, infer M>
    ? RouteCall<InputOf<P, Q, H, B, M>, DataOf<In<S>>>
    : Client<T[K]>;
};
