import type { Pace } from './pace.js';

/** One statement in the form in which a driver sends it. */
export interface Statement {
  readonly text: string;
  /** Whether the server keeps it parsed and planned for this connection. Only for a bounded number of texts. */
  readonly prepared: boolean;
  /** Rows as arrays of column values, or as objects by column name. */
  readonly rows: 'arrays' | 'objects';
  /** Learns how quick it is, where it only reads. */
  readonly pace?: Pace | undefined;
}

export interface StatementResult {
  readonly rows: readonly any[];
  /** How many rows were returned or, without `returning`, changed. */
  readonly rowCount: number;
}

/** A statement and its parameters, encoded. */
export interface BoundStatement {
  readonly statement: Statement;
  readonly params: unknown[];
}

/** One connection to the database. It runs statements in the order in which it gets them, also before it has answered the one before. */
export interface Connection {
  /** @throws errors of this library, with what the SDK said as their cause */
  query(statement: Statement, params: unknown[]): Promise<StatementResult>;
  /** Runs several statements without parameters. */
  script(text: string): Promise<void>;
  /** Begins a transaction, begins or releases a savepoint; may do so together with the next statement, which then fails if this failed. */
  begin(text: string): Promise<void>;
  /** Whether it was lost and must not be used again. */
  readonly broken: boolean;
  /** Whether it still works, but should be replaced before its next use. */
  readonly worn?: boolean;
  close(): Promise<void>;
}

/** What differs between PostgreSQL and PGlite: everything else is built on it. */
export interface Driver {
  /** `postgres`, `pglite`. */
  readonly name: string;
  /** How many connections there may be at once. */
  readonly maxConnections: number;
  /**
   * How many statements outside of units of work a connection is given before it has answered the first. More than 1 says as
   * well that the last statements of a unit may be sent together with its commit. @default 1
   */
  readonly pipeline?: number;
  /** Whether connections stay open until the end, because opening one takes long. @default false */
  readonly keepOpen?: boolean;
  /** @throws DATABASE_UNREACHABLE, DATABASE_AUTHENTICATION_FAILED, DATABASE_MISSING, DATABASE_LOCKED */
  connect(): Promise<Connection>;
  /** Called once, when all connections are closed. */
  close(): Promise<void>;
}
