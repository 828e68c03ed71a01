import { PGlite, types, type PGliteOptions } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { createDatabase } from '../create-database.js';
import type { Database, DatabaseOptions } from '../database.js';
import type { Connection, Statement } from '../driver.js';
import { errorOfServer } from '../sql-state.js';
import { lockFolder } from './folder-lock.js';

export interface PgliteDatabaseOptions extends DatabaseOptions {
  /** Where the data is kept, for one process at a time; `memory` keeps none. */
  readonly folder: string;
  /**
   * What `create extension` finds, by its name: `{ citext }`, imported from `@electric-sql/pglite/contrib/citext`.
   * @default pg_trgm, which is always there: an index for `textIn` needs it
   */
  readonly extensions?: PGliteOptions['extensions'];
}

/**
 * Makes a database on PGlite, PostgreSQL within this process. It has one connection, so units of work and the statements
 * outside of them run one after the other. It starts with its first statement, which takes a second or two.
 */
export function pgliteDatabase(options: PgliteDatabaseOptions): Database {
  const { folder, extensions } = options;
  let opened: { readonly pglite: PGlite; readonly unlock: () => void } | undefined;
  return createDatabase({
    name: 'pglite',
    maxConnections: 1,
    keepOpen: true,
    async connect() {
      const unlock = folder === 'memory' ? () => {} : lockFolder(folder);
      try {
        const pglite = await PGlite.create(folder === 'memory' ? 'memory://' : folder, { extensions: { pg_trgm, ...extensions } });
        opened = { pglite, unlock };
        return connection(pglite);
      } catch (error) {
        unlock();
        throw error;
      }
    },
    async close() {
      await opened?.pglite.close();
      opened?.unlock();
    },
  }, options);
}

// As PostgreSQL writes them: drizzle's columns decode dates in all their forms, and counts do not fit a number.
const asIs = (value: string): string => value;
const parsers = Object.fromEntries([types.TIMESTAMP, types.TIMESTAMPTZ, types.INTERVAL, types.DATE, types.INT8, 1231, 1115, 1185, 1187, 1182].map((type) => [type, asIs]));
const inArrays = { rowMode: 'array', parsers } as const;
const inObjects = { rowMode: 'object', parsers } as const;

function connection(pglite: PGlite): Connection {
  const script = async (text: string): Promise<void> => {
    try {
      await pglite.exec(text);
    } catch (error) {
      throw statementFailure(error);
    }
  };
  return {
    broken: false,
    async query({ text, rows: mode }: Statement, params) {
      try {
        const { rows, affectedRows } = await pglite.query<any>(text, params, mode === 'arrays' ? inArrays : inObjects);
        return { rows, rowCount: affectedRows || rows.length };
      } catch (error) {
        throw statementFailure(error);
      }
    },
    script,
    begin: script,
    close: async () => {},
  };
}

interface Raised { readonly code?: string; readonly severity?: string; readonly constraint?: string; readonly table?: string; readonly column?: string }

function statementFailure(error: unknown): unknown {
  const { code, severity, constraint, table, column } = error as Raised;
  return code !== undefined && severity !== undefined ? errorOfServer({ code, constraint, table, column }, error) : error;
}
