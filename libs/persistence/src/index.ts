export { auditColumns, auditValues, type AuditValues, type CreatedAudit, type UpdatedAudit } from './audit.js';
export { batchRead, type BatchReadOptions } from './batch-read.js';
export { createDatabase } from './create-database.js';
export { Database, type DatabaseOptions, type Orm, type QueryResult, type QueryResultHKT } from './database.js';
export type { BoundStatement, Connection, Driver, Statement, StatementResult } from './driver.js';
export {
  ConstraintViolated, DatabaseAuthenticationFailed, DatabaseBusy, DatabaseClosed, DatabaseFull, DatabaseLocked, DatabaseMissing, DatabaseStatementFailed,
  DatabaseTimeout, DatabaseUnavailable, DatabaseUnreachable, ListRequestInvalid, TransactionConflict, UnitOfWorkClosed, UnitOfWorkFailed,
  UnitOfWorkMismatch, type ConstraintViolation, type PersistenceErrorCode,
} from './errors.js';
export { anyOf, atLeast, atMost, equalTo, textIn, type ListFilter } from './list-filters.js';
export { listQuery, type ListQueryOptions, type ListQueryRequest, type ListQueryResult } from './list-query.js';
export { constraintViolated, errorOfServer, type ServerError } from './sql-state.js';
export { statementCache, type StatementCacheOptions } from './statements.js';
export type { Isolation, PreparedStatement, RunUnitOptions, UnitOfWork } from './unit-of-work.js';
