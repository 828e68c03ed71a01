import {
  ConstraintViolated, DatabaseAuthenticationFailed, DatabaseFull, DatabaseMissing, DatabaseStatementFailed, DatabaseTimeout, DatabaseUnavailable, TransactionConflict,
  type ConstraintViolation,
} from './errors.js';

/** What a server says with an error, under the names of the SDK that received it. */
export interface ServerError {
  readonly code: string;
  readonly constraint?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
}

const constraints: Record<string, ConstraintViolation['type']> = {
  23505: 'unique', 23503: 'foreign key', 23502: 'not null', 23514: 'check', '23P01': 'exclusion',
};
const timeouts: Record<string, string> = {
  57014: 'The statement was cancelled: it took longer than it may.',
  '55P03': 'The statement waited longer than it may for a lock.',
  '25P03': 'The transaction was idle for longer than it may.',
  '25P04': 'The transaction took longer than it may.',
};

/**
 * Turns an error of the server into one of this library. The server's own text may hold values of rows, so it stays in
 * the cause.
 * @see https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
export function errorOfServer({ code, constraint, table, column }: ServerError, cause: unknown): Error {
  const options = { cause };
  const type = constraints[code];
  if (type) return new ConstraintViolated({ type, constraint, table, column }, options);
  if (code === '40001' || code === '40P01') return new TransactionConflict({ sqlState: code }, options);
  const timeout = timeouts[code];
  if (timeout) return new DatabaseTimeout(undefined, { ...options, message: timeout });
  if (code.startsWith('28')) return new DatabaseAuthenticationFailed(undefined, options);
  if (code === '3D000') return new DatabaseMissing(undefined, options);
  if (code === '53100') return new DatabaseFull(undefined, options);
  if (code.startsWith('08') || code.startsWith('57P') || code.startsWith('53') || code === '58030') return new DatabaseUnavailable(undefined, options);
  return new DatabaseStatementFailed({ sqlState: code }, { ...options, message: `A database statement failed with SQLSTATE ${code}.` });
}

/**
 * Returns which constraint an error is about, or `undefined` for any other error. With a name, only for that constraint:
 * `if (constraintViolated(error, 'users_email_unique')) throw new EmailTaken();`
 */
export function constraintViolated(error: unknown, name?: string): ConstraintViolation | undefined {
  if (!ConstraintViolated.is(error)) return undefined;
  const violation = error.details;
  return name === undefined || violation.constraint === name ? violation : undefined;
}
