import type { GetColumnData } from 'drizzle-orm/column';
import type { PgColumn } from 'drizzle-orm/pg-core/columns/common';
import type { PgTable } from 'drizzle-orm/pg-core/table';
import { and } from 'drizzle-orm/sql/expressions';
import { sql, type SQL } from 'drizzle-orm/sql/sql';
import { getTableColumns } from 'drizzle-orm/utils';
import { arrayLiteral } from './array-literal.js';
import type { Database } from './database.js';

export interface BatchReadOptions<Table extends PgTable, Key extends PgColumn> {
  readonly from: Table;
  /** The column of `from` that the ids are looked up in, such as `lines.orderId`. It needs an index. */
  readonly key: Key;
  /** Of the rows of one id. @default in no order */
  readonly orderBy?: readonly (PgColumn | SQL)[];
  /** Holds for every row. @default all rows */
  readonly where?: SQL;
}

/**
 * Makes a function that reads the rows of many ids at once, so that a list of parents with their children takes two
 * statements instead of one for each parent. The statement is prepared, and the same for any number of ids.
 *
 * The map has every id that was asked for, with an empty array where there are no rows. It throws a TypeError for an id
 * that the database spells in another way, such as a UUID in upper case.
 * @example const linesOf = batchRead(database, { from: lines, key: lines.orderId, orderBy: [lines.position] });
 */
export function batchRead<Table extends PgTable, Key extends PgColumn>(
  { orm }: Pick<Database, 'orm'>,
  { from, key, orderBy = [], where }: BatchReadOptions<Table, Key>,
): (ids: Iterable<GetColumnData<Key, 'raw'>>) => Promise<ReadonlyMap<GetColumnData<Key, 'raw'>, readonly Table['$inferSelect'][]>> {
  type Id = GetColumnData<Key, 'raw'>;
  type Row = Table['$inferSelect'];
  const [field] = Object.entries(getTableColumns(from as PgTable)).find(([, column]) => column === (key as PgColumn)) ?? [];
  if (field === undefined) throw new TypeError('The key must be a column of the table that is read from.');
  const statement = orm.select().from(from as PgTable).where(and(where, sql`${key} = any(${sql.placeholder('ids')})`)).orderBy(...orderBy).prepare('batch_read');

  return async (ids) => {
    const found = new Map<Id, Row[]>();
    for (const id of ids) found.set(id, []);
    if (found.size === 0) return found;
    const rows = await statement.execute({ ids: arrayLiteral(key, found.keys()) }) as Row[];
    for (const row of rows) {
      const id = row[field] as Id;
      const rowsOfId = found.get(id);
      if (!rowsOfId) throw new TypeError(`The database spells the id "${String(id)}" in another way than it was asked for.`);
      rowsOfId.push(row);
    }
    return found;
  };
}
