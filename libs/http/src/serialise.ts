import fastJsonStringify from 'fast-json-stringify';
import { z } from 'zod';
import type { Schema } from './schema.js';

/** Writes a value as JSON, with the declared fields alone. */
export type Serialise = (value: unknown) => string;

// A response is JSON as it stands: what changes a value on its way out would be applied by zod, but not by a compiled serialiser.
const notJson = new Set(['transform', 'pipe', 'default', 'prefault', 'catch', 'date', 'bigint', 'symbol', 'undefined', 'void', 'map', 'set', 'nan', 'promise', 'function', 'file', 'custom', 'success', 'template_literal_transform']);

/**
 * Compiles the serialiser of a response schema, at start. It is the output filter too.
 * @throws TypeError for a schema that is not a JSON subset (transform, default, Date, bigint ...)
 */
export function compileSerialiser(schema: Schema, name: string): Serialise {
  assertJsonSubset(schema, name);
  const jsonSchema = z.toJSONSchema(schema as z.ZodType, { io: 'output', target: 'draft-7', reused: 'inline' });
  return fastJsonStringify(plain(jsonSchema) as never);
}

/** @throws TypeError that names the field and what to write instead */
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
  visit(def.type === 'lazy' ? def.getter() : undefined, path);
  for (const inner of [...(def.options ?? []), ...(def.items ?? []), def.left, def.right]) visit(inner, path);
}

const dropped = new Set(['$schema', 'additionalProperties', 'format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minItems', 'maxItems', 'description', 'title', 'examples', 'id', 'default']);

/**
 * Rewrites a JSON schema into what the serialiser needs: no constraints (it must not judge, only write), `nullable` instead of a
 * union with null, and no `additionalProperties: false`, which would make a member of a union refuse a value with one
 * undeclared field instead of dropping that field.
 */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== 'object' || schema === null) return schema;
  const source = schema as Record<string, any>;
  if (Array.isArray(source['anyOf'])) {
    const rest = source['anyOf'].filter((option: any) => option.type !== 'null');
    if (rest.length === 1 && rest.length < source['anyOf'].length) return { ...(plain(rest[0]) as object), nullable: true };
  }
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(source)) {
    if (key === 'properties' || key === 'definitions') result[key] = Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, plain(inner)]));
    else if (key === 'additionalProperties' && value !== false) result[key] = Object.keys(value as object).length > 0 ? plain(value) : true; // a record, or loose on purpose
    else if (!dropped.has(key)) result[key] = key === 'const' || key === 'enum' || key === 'required' || key === 'type' ? value : plain(value);
  }
  return result;
}
