import type { StandardSchemaV1 } from './standard-schema.js';

/**
 * What went wrong, as a domain word. `http` alone maps a kind to a status:
 * invalid 400, unauthenticated 401, forbidden 403, missing 404, conflict 409, stale 412, rejected 422, limited 429, internal 500,
 * unavailable 503, timeout 504.
 */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'missing'
  | 'conflict'
  | 'stale'
  | 'rejected'
  | 'limited'
  | 'internal'
  | 'unavailable'
  | 'timeout';

/** An error that a caller can act on: a stable code, a domain kind and details of a declared shape. */
export interface AppError<Code extends string = string, Details = unknown> extends Error {
  readonly code: Code;
  readonly kind: ErrorKind;
  /** Checked and filtered by the schema of {@link defineError}; `undefined` where none was declared. */
  readonly details: Details;
}

/** What {@link defineError} returns: a constructor that carries its own declaration. */
export interface ErrorClass<Code extends string = string, Input = any, Details = Input> {
  readonly code: Code;
  readonly kind: ErrorKind;
  readonly title: string;
  readonly details: StandardSchemaV1<Input, Details> | undefined;
  /** @throws TypeError for details that the schema refuses */
  new (...args: ErrorArguments<Input>): AppError<Code, Details>;
  /** Tells whether a value is this error, also when it comes from another copy of the library. */
  is(value: unknown): value is AppError<Code, Details>;
}

/** Details that may be `undefined` may be left out: `new SessionExpired()`. */
export type ErrorArguments<Input> = undefined extends Input
  ? [details?: Input, options?: AppErrorOptions]
  : [details: Input, options?: AppErrorOptions];

export interface AppErrorOptions extends ErrorOptions {
  /** Replaces the title for this one error. Like the title it may be shown to the caller. @default the title */
  readonly message?: string;
}

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
 * Details are checked and filtered by their schema when the error is made. Undeclared fields are dropped, so nothing
 * reaches a client by accident. Details that the compiler would have refused throw `TypeError`: that is a fault of the
 * program, not of its caller, so it must not pass as the declared error. The `TypeError` keeps the `cause` that was given.
 * @throws TypeError for a code that is not UPPER_SNAKE_CASE
 */
export function defineError<const Code extends string, Input = undefined, Details = Input>(
  code: Code,
  options: DefineErrorOptions<Input, Details>,
): ErrorClass<Code, Input, Details> {
  if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code)) throw new TypeError(`Error code "${code}" must be UPPER_SNAKE_CASE.`);
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
    declare readonly details: Details;

    constructor(input: Input, { message = title, ...rest }: AppErrorOptions = {}) {
      super(message, rest);
      if (schema) this.details = checkDetails(code, schema, input, rest);
    }

    /** What an error is to the outside: neither stack nor cause. */
    toJSON(): object {
      return { code, kind, message: this.message, details: this.details };
    }
  }
  // On the prototype: the stack's first line, written in Error's constructor, needs the name, and printing shows neither.
  Object.defineProperties(Defined.prototype, { name: { value: code }, [marker]: { value: true } });
  Object.defineProperty(Defined, 'name', { value: code });
  return Defined as unknown as ErrorClass<Code, Input, Details>;
}

function checkDetails<Input, Details>(code: string, schema: StandardSchemaV1<Input, Details>, input: Input, options: ErrorOptions): Details {
  const result = schema['~standard'].validate(input);
  if ('then' in result) {
    result.catch(() => {}); // nobody waits for it
    throw new TypeError(`The details schema of ${code} must be synchronous.`, options);
  }
  if (!result.issues) return result.value;
  const faults = result.issues.map(({ path = [], message }) => {
    const field = path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
    return `${field || '(details)'}: ${message}`;
  });
  throw new TypeError(`Wrong details for error ${code}: ${faults.join('; ')}`, options);
}
