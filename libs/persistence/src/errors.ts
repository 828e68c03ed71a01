import { defineError, typedDetails } from '@org/enterprise-kernel';

/** No connection came free within the acquire time-out. */
export const DatabaseBusy = defineError('DATABASE_BUSY', { kind: 'unavailable', title: 'The database is busy.' });

/** Nothing answers at the address, or not in time. */
export const DatabaseUnreachable = defineError('DATABASE_UNREACHABLE', { kind: 'unavailable', title: 'The database cannot be reached.' });

/** The server refuses the user or the password. */
export const DatabaseAuthenticationFailed = defineError('DATABASE_AUTHENTICATION_FAILED', { kind: 'internal', title: 'The database refuses the credentials.' });

/** The server has no database of this name. */
export const DatabaseMissing = defineError('DATABASE_MISSING', { kind: 'internal', title: 'The database does not exist.' });

/** The connection was lost, or the server takes no work. */
export const DatabaseUnavailable = defineError('DATABASE_UNAVAILABLE', { kind: 'unavailable', title: 'The database is unavailable.' });

/** The server has no space left to write to. */
export const DatabaseFull = defineError('DATABASE_FULL', { kind: 'unavailable', title: 'The database has no space left.' });

/** A statement, a lock or a transaction took longer than it may. */
export const DatabaseTimeout = defineError('DATABASE_TIMEOUT', { kind: 'timeout', title: 'The database did not answer in time.' });

/** Another process works in this PGlite folder. */
export const DatabaseLocked = defineError('DATABASE_LOCKED', { kind: 'unavailable', title: 'The database folder is in use.' });

/** The database was used after it had been closed. */
export const DatabaseClosed = defineError('DATABASE_CLOSED', { kind: 'unavailable', title: 'The database has been closed.' });

/** The server refuses a statement, for a reason that is a fault of the program. */
export const DatabaseStatementFailed = defineError('DATABASE_STATEMENT_FAILED', {
  kind: 'internal',
  title: 'A database statement failed.',
  details: typedDetails<{ readonly sqlState: string }>(),
});

/** Rows would break a constraint, and no repository has said what that means. */
export const ConstraintViolated = defineError('CONSTRAINT_VIOLATED', {
  kind: 'internal',
  title: 'A database constraint refuses the change.',
  details: typedDetails<ConstraintViolation>(),
});

/** Which constraint stood in the way. */
export interface ConstraintViolation {
  readonly type: 'unique' | 'foreign key' | 'not null' | 'check' | 'exclusion';
  /** `undefined` for not null, which has no name. */
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
}

/** PostgreSQL ended a transaction in favour of a concurrent one, and repeating it did not help. */
export const TransactionConflict = defineError('TRANSACTION_CONFLICT', {
  kind: 'unavailable',
  title: 'The transaction was in conflict with another one.',
  details: typedDetails<{ readonly sqlState: string }>(),
});

/** A unit of work was used after its end. */
export const UnitOfWorkClosed = defineError('UNIT_OF_WORK_CLOSED', { kind: 'internal', title: 'This unit of work has ended.' });

/** A statement failed, the failure was swallowed, and the unit cannot be committed. */
export const UnitOfWorkFailed = defineError('UNIT_OF_WORK_FAILED', { kind: 'internal', title: 'A statement of this unit of work has failed before.' });

/** A nested unit asks for an isolation or access that its outermost one does not have. */
export const UnitOfWorkMismatch = defineError('UNIT_OF_WORK_MISMATCH', { kind: 'internal', title: 'A nested unit of work cannot change the transaction.' });

/** A list was asked for by a field or with values that its columns do not allow. */
export const ListRequestInvalid = defineError('LIST_REQUEST_INVALID', {
  kind: 'invalid',
  title: 'The list cannot be made.',
  details: typedDetails<{ readonly field: string }>(),
});

export type PersistenceErrorCode =
  | 'DATABASE_BUSY'
  | 'DATABASE_UNREACHABLE'
  | 'DATABASE_AUTHENTICATION_FAILED'
  | 'DATABASE_MISSING'
  | 'DATABASE_UNAVAILABLE'
  | 'DATABASE_FULL'
  | 'DATABASE_TIMEOUT'
  | 'DATABASE_LOCKED'
  | 'DATABASE_CLOSED'
  | 'DATABASE_STATEMENT_FAILED'
  | 'CONSTRAINT_VIOLATED'
  | 'TRANSACTION_CONFLICT'
  | 'UNIT_OF_WORK_CLOSED'
  | 'UNIT_OF_WORK_FAILED'
  | 'UNIT_OF_WORK_MISMATCH'
  | 'LIST_REQUEST_INVALID';
