import type { z } from 'zod';
import { unwrap } from './fields.js';
import { hintOf } from './hint.js';

type Schema = z.core.$ZodType;

const formats: Readonly<Record<string, string>> = {
  url: 'a URL', email: 'an e-mail address', uuid: 'a UUID', datetime: 'a date and time (ISO 8601)', date: 'a date (YYYY-MM-DD)',
};

/** Says in words what a schema wants: `a whole number from 0 to 65535`, `one of debug, info`. */
export function expectation(schema: Schema): string {
  const inner = unwrap(schema).inner as z.core.$ZodTypes;
  const { def } = inner._zod;
  switch (def.type) {
    case 'number': return numberExpectation(def);
    case 'bigint': return 'a whole number';
    case 'boolean': return 'true or false';
    case 'literal': case 'enum': {
      const values = [...inner._zod.values ?? []].map(String);
      return values.length === 1 ? values[0]! : `one of ${values.join(', ')}`;
    }
    case 'array': return isStructured(def.element) ? 'a JSON array' : 'a list separated by commas';
    case 'tuple': return 'a JSON array';
    case 'record': case 'object': return 'a JSON object';
    case 'union': return [...new Set(def.options.map(expectation))].join(' or ');
    case 'string': return formats[(def as { format?: string }).format ?? ''] ?? 'text';
    case 'pipe': return hintOf(def.out) ?? expectation(def.in);
    default: return 'a value';
  }
}

function numberExpectation({ checks = [], ...def }: z.core.$ZodNumberDef): string {
  let [whole, from, to] = ['format' in def, '', ''];
  for (const { _zod: { def: check } } of checks as unknown as readonly z.core.$ZodChecks[]) {
    if (check.check === 'number_format') whole = true;
    if (check.check === 'greater_than') from = `${check.inclusive ? 'from' : 'above'} ${check.value}`;
    if (check.check === 'less_than') to = `${check.inclusive ? from ? 'to' : 'up to' : 'below'} ${check.value}`;
  }
  return [whole ? 'a whole number' : 'a number', from, to].filter(Boolean).join(' ');
}

/** Tells whether text cannot hold a value of the schema but as JSON. */
export function isStructured(schema: Schema): boolean {
  const { def } = (unwrap(schema).inner as z.core.$ZodTypes)._zod;
  return def.type === 'pipe' ? isStructured(def.in) : ['array', 'record', 'object', 'tuple'].includes(def.type);
}
