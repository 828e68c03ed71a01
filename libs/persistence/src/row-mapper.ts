import { Column } from 'drizzle-orm/column';
import { is } from 'drizzle-orm/entity';
import type { SelectedFieldsOrdered } from 'drizzle-orm/pg-core/query-builders/select.types';
import { SQL } from 'drizzle-orm/sql/sql';
import * as utils from 'drizzle-orm/utils';
import { readUtcTimestamp } from './timestamp-text.js';

export type RowMapper = (row: readonly unknown[]) => any;

// Every driver of drizzle uses it; its declaration is left out of the published types.
const { mapResultRow } = utils as unknown as { mapResultRow(fields: SelectedFieldsOrdered, row: readonly unknown[], joins: Record<string, boolean> | undefined): unknown };

interface Decoder { mapFromDriverValue(value: unknown): unknown }

/**
 * Returns a function that makes rows out of column values. Where fields are not nested, which column goes where is
 * found out once instead of once a row; nested fields, which joins have, go through drizzle's own mapper.
 */
export function rowMapper(fields: SelectedFieldsOrdered, joins: Record<string, boolean> | undefined): RowMapper {
  if (fields.some(({ path }) => path.length !== 1)) {
    const decodable = fields.map(({ path, field }) => ({ path, field: isParsed(field) ? undecoded(field) : field })) as SelectedFieldsOrdered;
    return (row) => mapResultRow(decodable, row, joins);
  }
  const names = fields.map(({ path }) => path[0]!);
  const decoders = fields.map(({ field }) => decoderOf(field));
  return (row) => {
    const result: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) {
      const value = row[i];
      const decoder = decoders[i];
      result[names[i]!] = value === null || decoder === undefined ? value : decoder.mapFromDriverValue(value);
    }
    return result;
  };
}

type Field = SelectedFieldsOrdered[number]['field'];

const identity = Column.prototype.mapFromDriverValue;

// Drivers have parsed JSON already, and parsing a string that was in it once more would change it.
const isParsed = (field: Field): boolean => is(field, Column) && (field.columnType === 'PgJson' || field.columnType === 'PgJsonb');

const undecoded = (column: Field): Field => Object.create(column, { mapFromDriverValue: { value: identity } }) as Field;

const timeDecoder = (column: Column): Decoder => ({
  mapFromDriverValue: (value) => (typeof value === 'string' ? readUtcTimestamp(value) : undefined) ?? column.mapFromDriverValue(value),
});

function decoderOf(field: Field): Decoder | undefined {
  if (is(field, Column)) {
    if (isParsed(field) || field.mapFromDriverValue === identity) return undefined;
    return field.columnType === 'PgTimestamp' && field.getSQLType().endsWith('with time zone') ? timeDecoder(field) : field;
  }
  if (is(field, SQL)) return (field as unknown as { decoder: Decoder }).decoder;
  return (field as unknown as { sql: { decoder: Decoder } }).sql.decoder;
}
