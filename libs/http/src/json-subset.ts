import type { z } from 'zod';
import type { Schema } from './schema.js';

// zod would apply what changes a value on its way out; a compiled filter cannot, and should not guess.
const notJson = new Set(['transform', 'pipe', 'default', 'prefault', 'catch', 'date', 'bigint', 'symbol', 'undefined', 'void', 'map', 'set', 'nan', 'promise', 'function', 'file', 'custom', 'success']);

/**
 * Checks that a response schema declares plain JSON: what the wire carries, as it stands.
 * @throws TypeError that names the field and what to write instead
 */
export function assertJsonSubset(schema: Schema, path: string, seen = new Set<Schema>()): void {
  if (seen.has(schema)) return;
  seen.add(schema);
  const def = (schema as z.ZodType)._zod.def as any;
  if (notJson.has(def.type) || def.coerce === true) {
    throw new TypeError(`${path} is z.${def.coerce ? `coerce.${def.type}` : def.type}, which is not plain JSON; declare what the wire carries (a date as z.iso.datetime(), a bigint as z.string()) and convert in the handler.`);
  }
  const visit = (inner: Schema | undefined, at: string): void => { if (inner) assertJsonSubset(inner, at, seen); };
  for (const [key, field] of Object.entries((def.shape ?? {}) as Record<string, Schema>)) visit(field, `${path}.${key}`);
  visit(def.element, `${path}[]`);
  visit(def.innerType, path);
  visit(def.valueType, `${path}[key]`);
  visit(def.catchall, `${path}[key]`);
  visit(def.rest, `${path}[]`);
  visit(def.type === 'lazy' ? def.getter() : undefined, path);
  for (const inner of [...(def.options ?? []), ...(def.items ?? []), def.left, def.right]) visit(inner, path);
}
