import type { StandardSchemaV1 } from './standard-schema.js';

/**
 * What went wrong, as a domain word. `http` alone maps a kind to a status:
 * invalid 400, unauthenticated 401, forbidden 403, missing 404, conflict 409, rejected 422, limited 429, internal 500,
 * unavailable 503, timeout 504.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'rejected'
  | 'limited'
  | 'internal'
  | 'unavailable'
  | 'timeout';

/** An error that a caller can act on: a stable code, a domain kind and details of a declared shape. */
export interface AppError<Code extends string = string, Details = unknown> extends Error {
  readonly code: Code;
  readonly kind: ErrorKind;
  readonly details: Details;
}

/** What {@link defineError} returns: a constructor that carries its own declaration. */
export interface ErrorClass<Code extends string = string, Input = any, Details = Input> {
  readonly code: Code;
  readonly kind: ErrorKind;
  readonly title: string;
  readonly details: StandardSchemaV1<Input, Details> | undefined;
  new (...args: ErrorArguments<Input>): AppError<Code, Details>;
  /** Tells whether a value is this error, also when it comes from another copy of the library. */
  is(value: unknown): value is AppError<Code, Details>;
}

/** `undefined` details may be left out: `new NotFound()`. */
export type ErrorArguments<Input> = [Input] extends [undefined]
  ? [details?: undefined, options?: ErrorOptions & { message?: string }]
  : [details: Input, options?: ErrorOptions & { message?: string }];

export interface DefineErrorOptions<Input, Details> {
  readonly kind: ErrorKind;
  /** One sentence for a person, without values; a better one can be given per error as `message`. */
  readonly title: string;
  /** Standard Schema (zod 4, valibot ...) of the details. Only what it declares is kept. @default no details */
  readonly details?: StandardSchemaV1<Input, Details>;
}

const marker = Symbol.for('org.enterprise.error');

/** Tells whether a value is an {@link AppError}, from whichever copy of this library. */
export function isAppError(value: unknown): value is AppError {
  return typeof value === 'object' && value !== null && marker in value;
}

/**
 * Declares an error with a stable code.
 *
 * Details are checked and filtered by their schema when the error is made: an undeclared field is dropped, and wrong
 * details throw `TypeError` (a fault of the program, not of its caller).
 */
export function defineError<const Code extends string, Input = undefined, Details = Input>(
  code: Code,
  options: DefineErrorOptions<Input, Details>,
): ErrorClass<Code, Input, Details> {
  if (!/^[A-Z][A-Z0-9_]*$/.test(code)) throw new TypeError(`Error code "${code}" must be UPPER_SNAKE_CASE.`);
  const { kind, title, details: schema } = options;

  class Defined extends Error {
    static readonly code = code;
    static readonly kind = kind;
    static readonly title = title;
    static readonly details = schema;
    static is(value: unknown): value is AppError<Code, Details> {
      return isAppError(value) && value.code === code;
    }

    readonly code = code;
    readonly kind = kind;
    readonly details: Details;
    override readonly name = code;

    constructor(details?: Input, { message, ...rest }: ErrorOptions & { message?: string } = {}) {
      super(message ?? title, rest);
      this.details = checkDetails(code, schema, details as Input);
    }
  }
  // On the prototype, so that printing an error does not show it.
  Object.defineProperty(Defined.prototype, marker, { value: true });
  Object.defineProperty(Defined, 'name', { value: code });
  return Defined as unknown as ErrorClass<Code, Input, Details>;
}

function checkDetails<Input, Details>(code: string, schema: StandardSchemaV1<Input, Details> | undefined, details: Input): Details {
  if (!schema) return undefined as Details;
  const result = schema['~standard'].validate(details);
  if (result instanceof Promise) throw new TypeError(`The details schema of ${code} must be synchronous.`);
  if (!result.issues) return result.value;
  const faults = result.issues.map(({ path = [], message }) => `${path.map((p) => String(typeof p === 'object' ? p.key : p)).join('.') || '(details)'}: ${message}`);
  throw new TypeError(`Wrong details for error ${code}: ${faults.join('; ')}`);
}
