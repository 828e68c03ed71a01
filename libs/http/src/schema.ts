import type { z } from 'zod';

export interface Schema { readonly _zod: { readonly input: unknown; readonly output: unknown } }

/** Stands where a route declares no schema for a part; the part is then `undefined`. */
export type None = z.ZodUndefined;

/** What the wire carries and a client passes. */
export type In<S extends Schema> = z.input<S>;

/** What a handler gets after validation. */
export type Out<S extends Schema> = z.output<S>;
