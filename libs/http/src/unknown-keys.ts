import type { z } from 'zod';
import type { Schema } from './schema.js';

type Report = (path: readonly PropertyKey[]) => void;
type Check = (value: unknown, path: readonly PropertyKey[], report: Report) => void;

/**
 * Compiles a check that reports every key that a schema does not declare. zod's plain objects drop such keys silently;
 * a typing error of a client should be told instead. Objects made loose on purpose stay open.
 * Returns `undefined` where nothing can be unknown.
 */
export function compileUnknownKeys(schema: Schema, seen = new Map<Schema, { check: Check | undefined }>()): Check | undefined {
  const known = seen.get(schema);
  if (known) return (value, path, report) => known.check?.(value, path, report); // recursive schema
  const slot: { check: Check | undefined } = { check: undefined };
  seen.set(schema, slot);
  slot.check = build(schema, (inner) => compileUnknownKeys(inner, seen));
  if (!slot.check) seen.delete(schema);
  return slot.check;
}

function build(schema: Schema, compile: (inner: Schema) => Check | undefined): Check | undefined {
  const def = (schema as z.ZodType)._zod.def as any;
  switch (def.type) {
    case 'object': return objectCheck(def, compile);
    case 'array': {
      const element = compile(def.element);
      return element && ((value, path, report) => { if (Array.isArray(value)) value.forEach((item, i) => element(item, [...path, i], report)); });
    }
    case 'tuple': {
      const items = (def.items as Schema[]).map(compile);
      return items.some(Boolean) ? (value, path, report) => { if (Array.isArray(value)) items.forEach((item, i) => item?.(value[i], [...path, i], report)); } : undefined;
    }
    case 'record': {
      const inner = compile(def.valueType);
      return inner && ((value, path, report) => { if (isObject(value)) for (const key of Object.keys(value)) inner(value[key], [...path, key], report); });
    }
    case 'union': return unionCheck((def.options as Schema[]), compile);
    case 'lazy': {
      let inner: Check | undefined;
      return (value, path, report) => { inner ??= compile(def.getter()) ?? (() => {}); inner(value, path, report); };
    }
    case 'pipe': return compile(def.in);
    case 'optional': case 'nullable': case 'default': case 'prefault': case 'catch': case 'readonly': case 'nonoptional':
      return compile(def.innerType);
    // An intersection's sides each know half of the keys; zod validates both, and neither can say what is unknown.
    default: return undefined;
  }
}

function objectCheck(def: { shape: Record<string, Schema>; catchall?: Schema }, compile: (inner: Schema) => Check | undefined): Check | undefined {
  // z.strictObject says it with a catchall of never
  const open = def.catchall !== undefined && (def.catchall as z.ZodType)._zod.def.type !== 'never';
  const fields = new Map(Object.entries(def.shape).map(([key, field]) => [key, compile(field)]));
  return (value, path, report) => {
    if (!isObject(value)) return;
    for (const key of Object.keys(value)) {
      if (fields.has(key)) fields.get(key)?.(value[key], [...path, key], report);
      else if (!open) report([...path, key]);
    }
  };
}

/** A key is unknown to a union when no member that the value fits knows it. */
function unionCheck(options: readonly Schema[], compile: (inner: Schema) => Check | undefined): Check | undefined {
  const members = options.map((option) => ({ option: option as z.ZodType, check: compile(option) }));
  if (!members.some(({ check }) => check)) return undefined;
  return (value, path, report) => {
    let fewest: (readonly PropertyKey[])[] | undefined;
    for (const { option, check } of members) {
      if (!option.safeParse(value).success) continue;
      const found: (readonly PropertyKey[])[] = [];
      check?.(value, path, (key) => found.push(key));
      if (!fewest || found.length < fewest.length) fewest = found;
    }
    fewest?.forEach(report);
  };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
