import { isUuid } from '@org/enterprise-kernel';
import type { Column } from 'drizzle-orm/column';

/**
 * Reads what a cursor holds for a column: a date is a text there. Returns `undefined` for what the column cannot hold, since
 * cursors come back from clients, and PostgreSQL would fail with it. Rarer types are left to PostgreSQL.
 */
export function keyOf(column: Column, value: unknown): unknown {
  if (value === null) return null;
  if (column.dataType === 'date') return dateOf(value);
  return fits(column, value) ? value : undefined;
}

function fits(column: Column, value: unknown): boolean {
  switch (column.getSQLType().replace(/[ (].*/, '')) {
    case 'uuid': return typeof value === 'string' && isUuid(value);
    case 'smallint': case 'smallserial': return isWithin(value, 2 ** 15);
    case 'integer': case 'serial': return isWithin(value, 2 ** 31);
    case 'bigint': case 'bigserial': return isWithin(value, 2 ** 53) || (typeof value === 'string' && /^-?\d{1,18}$/.test(value));
    case 'numeric': return Number.isFinite(value) || (typeof value === 'string' && /^-?\d{1,1000}(\.\d{1,1000})?$/.test(value));
    case 'date': case 'timestamp': return dateOf(value) !== undefined;
    default: return fitsType(column, value);
  }
}

function fitsType({ dataType, enumValues }: Column, value: unknown): boolean {
  if (dataType === 'number') return Number.isFinite(value);
  if (dataType === 'boolean') return typeof value === 'boolean';
  if (dataType !== 'string') return true;
  // No text of PostgreSQL has a NUL.
  return typeof value === 'string' && !value.includes('\0') && (!enumValues?.length || enumValues.includes(value));
}

const isWithin = (value: unknown, limit: number): boolean => Number.isInteger(value) && (value as number) >= -limit && (value as number) < limit;

function dateOf(text: unknown): Date | undefined {
  const date = new Date(typeof text === 'string' ? text : Number.NaN);
  // Years that ISO 8601 writes with a sign, and the year 0, are written otherwise in PostgreSQL.
  return !Number.isNaN(date.getTime()) && /^(?!0000)\d{4}-/.test(date.toISOString()) ? date : undefined;
}
