import type { z } from 'zod';
import type { Schema } from './schema.js';

/** Turns the strings of an address or header into what a schema expects; leaves alone what does not fit, for the schema to refuse. */
export type Coerce = (value: unknown) => unknown;

const numeric = /^-?(?:\d+|\d*\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const number: Coerce = (value) => (typeof value === 'string' && numeric.test(value) ? Number(value) : value);
const boolean: Coerce = (value) => (value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value);

/** Compiles the coercion for a schema, or `undefined` where its strings are wanted as they are. */
export function compileCoerce(schema: Schema): Coerce | undefined {
  const def = (schema as z.ZodType)._zod.def as any;
  switch (def.type) {
    case 'number': return number;
    case 'boolean': return boolean;
    case 'literal': return coerceLiteral(def.values);
    case 'array': {
      const element = compileCoerce(def.element);
      return (value) => {
        if (value === undefined) return value;
        const list = Array.isArray(value) ? value : [value];
        return element ? list.map(element) : list;
      };
    }
    case 'union': {
      const options = (def.options as Schema[]).flatMap((option) => compileCoerce(option) ?? []);
      return options.length === 0 ? undefined : (value) => {
        for (const option of options) {
          const coerced = option(value);
          if (coerced !== value) return coerced;
        }
        return value;
      };
    }
    case 'object': {
      const fields = Object.entries(def.shape as Record<string, Schema>)
        .flatMap(([key, field]) => { const coerce = compileCoerce(field); return coerce ? [[key, coerce] as const] : []; });
      return fields.length === 0 ? undefined : (value) => {
        const record = value as Record<string, unknown>;
        for (const [key, coerce] of fields) if (record[key] !== undefined) record[key] = coerce(record[key]);
        return record;
      };
    }
    case 'pipe': return compileCoerce(def.in);
    case 'optional': case 'nullable': case 'default': case 'prefault': case 'catch': case 'readonly': case 'nonoptional':
      return compileCoerce(def.innerType);
    default: return undefined;
  }
}

function coerceLiteral(values: readonly unknown[]): Coerce | undefined {
  const byText = new Map(values.filter((value) => typeof value !== 'string').map((value) => [String(value), value]));
  return byText.size === 0 ? undefined : (value) => (typeof value === 'string' && byText.has(value) ? byText.get(value) : value);
}
