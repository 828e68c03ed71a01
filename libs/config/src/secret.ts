import { inspect } from 'node:util';
import { z } from 'zod';

const marker = Symbol.for('org.enterprise.config.secret');
const redacted = '[redacted]';

/** A value that does not print: only {@link Secret.reveal} gives it. */
export interface Secret<out T = string> {
  /** Returns the value. Hand it straight to what needs it; do not store or log it. */
  reveal(): T;
  /** Returns `[redacted]`. */
  toString(): string;
  /** Returns `[redacted]`. */
  toJSON(): string;
  readonly [marker]: true;
}

class Concealed<T> implements Secret<T> {
  declare readonly [marker]: true;
  readonly #value: T;

  constructor(value: T) { this.#value = value; }

  reveal(): T { return this.#value; }
  toString(): string { return redacted; }
  toJSON(): string { return redacted; }
  [Symbol.toPrimitive](): string { return redacted; }
  [inspect.custom](): string { return redacted; }
}
// On the prototype: an own property would show in a copy of the object.
Object.defineProperty(Concealed.prototype, marker, { value: true });

/** Wraps a value so that it does not print, e.g. for a test or as the default of a secret. */
export const conceal = <T>(value: T): Secret<T> => Object.freeze(new Concealed(value));

/** Tells whether a value is a {@link Secret}, from whichever copy of this library. */
export const isSecret = (value: unknown): value is Secret<unknown> => typeof value === 'object' && value !== null && marker in value;

export interface SecretOptions {
  /** Least number of characters. @default 1 */
  readonly min?: number;
}

/** What {@link secret} returns: an ordinary zod schema. */
export type SecretSchema<S extends z.ZodType> = z.ZodPipe<S, z.ZodTransform<Secret<z.output<S>>, z.output<S>>>;

/**
 * Declares a secret setting. It can come from a file named by `<KEY>_FILE`, its value shows in no message, and the
 * application gets a {@link Secret}. A schema says what the text must be: `secret(z.url())`.
 */
export function secret(options?: SecretOptions): SecretSchema<z.ZodString>;
export function secret<S extends z.ZodType>(schema: S): SecretSchema<S>;
export function secret(argument: SecretOptions | z.ZodType = {}): SecretSchema<z.ZodType> {
  const schema = '_zod' in argument ? argument : z.string().min(argument.min ?? 1);
  // The mark sits on the function, which survives .optional(), .describe() and every other derivation of the schema.
  return schema.transform(Object.assign((value: unknown) => conceal(value), { [marker]: true }));
}

/** Tells whether a schema was made by {@link secret}, itself only and not what it wraps. */
export function isSecretSchema(schema: z.core.$ZodType): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'pipe' && isMarked(def.out as z.core.$ZodTypes);
}

const isMarked = ({ _zod: { def } }: z.core.$ZodTypes): boolean => def.type === 'transform' && marker in def.transform;
