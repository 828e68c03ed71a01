import type { Connection } from '../driver.js';

/** What is kept about a migration that was applied. */
export interface MigrationRecord {
  readonly name: string;
  readonly hash: string;
  readonly appliedAt: Date;
  readonly milliseconds: number;
}

export interface NewMigrationRecord extends MigrationRecord {
  readonly statements: number;
}

/** The table of what was applied, as seen over one connection. */
export interface MigrationRecords {
  /** Makes the table, and its schema, where there is none. */
  create(): Promise<void>;
  list(): Promise<MigrationRecord[]>;
  add(record: NewMigrationRecord): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

export interface MigrationTable {
  readonly schema: string;
  readonly table: string;
}

interface Row { readonly name: string; readonly hash: string; readonly at: string; readonly milliseconds: string }

export function migrationRecords(connection: Connection, { schema, table }: MigrationTable): MigrationRecords {
  const name = `${quoted(schema)}.${quoted(table)}`;
  const query = async (text: string, params: unknown[] = []): Promise<readonly any[]> =>
    (await connection.query({ text, prepared: false, rows: 'objects' }, params)).rows;
  return {
    async create() {
      // "create schema if not exists" asks for the right to create one even where it exists.
      const [found] = await query('select to_regnamespace($1) is not null as has_schema, to_regclass($2) is not null as has_table', [quoted(schema), name]);
      if (!found.has_schema) await query(`create schema ${quoted(schema)}`);
      if (!found.has_table) {
        await query(`create table ${name} (
          name text primary key,
          hash text not null,
          applied_at timestamptz not null,
          milliseconds integer not null,
          statements integer not null
        )`);
      }
    },
    async list() {
      const [found] = await query('select to_regclass($1) is not null as has_table', [name]);
      if (!found.has_table) return [];
      const rows: readonly Row[] = await query(`select name, hash, (extract(epoch from applied_at) * 1000)::text as at, milliseconds::text from ${name} order by applied_at, name`);
      return rows.map((row) => ({ name: row.name, hash: row.hash, appliedAt: new Date(Number(row.at)), milliseconds: Number(row.milliseconds) }));
    },
    async add(record) {
      await query(`insert into ${name} (name, hash, applied_at, milliseconds, statements) values ($1, $2, $3, $4, $5)`,
        [record.name, record.hash, record.appliedAt.toISOString(), Math.round(record.milliseconds), record.statements]);
    },
    async rename(from, to) {
      await query(`update ${name} set name = $2 where name = $1`, [from, to]);
    },
  };
}

const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
