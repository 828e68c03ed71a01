import { DatabaseAuthenticationFailed, DatabaseMissing, DatabaseUnavailable, DatabaseUnreachable } from '../errors.js';
import { errorOfServer } from '../sql-state.js';

interface Raised { readonly name?: string; readonly code?: string; readonly constraint_name?: string; readonly table_name?: string; readonly column_name?: string }

const isOfServer = (error: unknown): error is Raised & { readonly code: string } => (error as Raised | undefined)?.name === 'PostgresError' && /^[0-9A-Z]{5}$/.test((error as Raised).code ?? '');

// Of the socket, and postgres.js's own for a connection that went away.
const isOfConnection = (error: unknown): boolean => /^(CONNECTION_|CONNECT_|E[A-Z]+$|ERR_TLS|ERR_SSL)/.test((error as Raised | undefined)?.code ?? '');

/** Says what a failed statement means. Anything else, such as a value that cannot be encoded, passes as it is. */
export function statementFailure(error: unknown): unknown {
  if (isOfServer(error)) {
    return errorOfServer({ code: error.code, constraint: error.constraint_name, table: error.table_name, column: error.column_name }, error);
  }
  if (isOfConnection(error)) return new DatabaseUnavailable(undefined, { message: 'The connection to the database was lost.', cause: error });
  return error;
}

/** Says why connecting failed. */
export function connectionFailure(error: unknown, address: string): Error {
  if (!isOfServer(error)) return new DatabaseUnreachable(undefined, { message: `Nothing answers as a database at ${address}.`, cause: error });
  const translated = errorOfServer({ code: error.code }, error);
  if (DatabaseAuthenticationFailed.is(translated)) return new DatabaseAuthenticationFailed(undefined, { message: `The database at ${address} refuses the user or the password.`, cause: error });
  if (DatabaseMissing.is(translated)) return new DatabaseMissing(undefined, { message: `There is no database at ${address}: the server answers, but has none of this name.`, cause: error });
  if (DatabaseUnavailable.is(translated)) return new DatabaseUnavailable(undefined, { message: `The server at ${address} takes no connection now.`, cause: error });
  return translated;
}
