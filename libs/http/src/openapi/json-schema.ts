import { z } from 'zod';
import type { Schema } from '../schema.js';
import { restrictionOf } from '../visible-to.js';

/** A JSON Schema of draft 2020-12, which OpenAPI 3.1 takes as it is. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface ConvertedSchema {
  readonly schema: JsonSchema;
  /** Whether a value has to be there at all. */
  readonly required: boolean;
  /** What `$ref`s to `#/$defs/<name>` stand for: schemas with an id, and recursive ones without (`__schema0`). */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

export interface ConvertSchemaOptions {
  /** Says that undeclared keys are refused, as they are in a request. @default false */
  readonly closed?: boolean;
}

/** Describes what a schema takes, before its defaults and transforms are applied. */
export function convertSchema(schema: Schema, { closed = false }: ConvertSchemaOptions = {}): ConvertedSchema {
  const open = closed ? objectsOfIntersections(schema) : undefined;
  // Wrapped, so that a root with an id or a reference to itself becomes a definition like any other.
  const wrapped = z.toJSONSchema(z.object({ it: schema as z.ZodType }), {
    io: 'input',
    unrepresentable: ({ zodSchema }) => written[zodSchema._zod.def.type] ?? 'any',
    override({ zodSchema, jsonSchema }) {
      const def = zodSchema._zod.def as { type: string; catchall?: unknown };
      if (closed && def.type === 'object' && jsonSchema.type === 'object' && !def.catchall && !open?.has(zodSchema)) jsonSchema.additionalProperties = false;
      restrict(jsonSchema, zodSchema as unknown as Schema);
      tidy(jsonSchema);
    },
  }) as unknown as { properties: { it: JsonSchema }; required?: string[]; $defs?: Record<string, JsonSchema> };
  return { schema: wrapped.properties.it, required: wrapped.required?.includes('it') ?? false, definitions: wrapped.$defs ?? {} };
}

/** Says who sees a field, as data and in words. */
function restrict(json: Record<string, unknown>, schema: Schema): void {
  const who = restrictionOf(schema);
  if (who === undefined) return;
  const text = typeof who === 'string' ? `Only for callers with the permission \`${who}\`.` : who.description;
  json['x-visible-to'] = typeof who === 'string' ? who : who.document;
  json['description'] = [json['description'], text].filter(Boolean).join(' ');
}

/** How types that JSON lacks are written by a client. */
const written: Readonly<Record<string, JsonSchema>> = { date: { type: 'string', format: 'date-time' }, bigint: { type: 'integer' } };

/** Patterns that zod writes beside a `format`, which says the same and can be read. */
const usual = new Set([
  z.uuid(), z.guid(), z.email(), z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.hostname(), z.iso.datetime(), z.iso.date(), z.iso.time(), z.iso.duration(), z.base64(), z.base64url(), z.e164(),
].map((schema) => z.toJSONSchema(schema)['pattern']));

/** Writes as a person would: no bounds that every JSON number has (RFC 7493 section 2.2), no pattern that repeats its format. */
function tidy(schema: Record<string, unknown>): void {
  const unbounded = [schema['minimum'] === -Number.MAX_SAFE_INTEGER && 'minimum', schema['maximum'] === Number.MAX_SAFE_INTEGER && 'maximum'].filter((key) => key !== false);
  for (const key of unbounded) delete schema[key];
  if (unbounded.length > 0) schema['format'] = 'int64';
  if (schema['format'] !== undefined && usual.has(schema['pattern'] as string)) delete schema['pattern'];
  if (JSON.stringify(schema['propertyNames']) === '{"type":"string"}') delete schema['propertyNames'];
  if ('example' in schema) {
    schema['examples'] ??= [schema['example']]; // the single one is deprecated in OpenAPI 3.1
    delete schema['example'];
  }
}

/** The objects below an intersection: each of its sides knows half of the keys only, so a request's are not refused there. */
function objectsOfIntersections(schema: Schema, below = false, seen = { below: new Set<Schema>(), above: new Set<Schema>() }): ReadonlySet<unknown> {
  const visited = below ? seen.below : seen.above;
  if (visited.has(schema)) return seen.below;
  visited.add(schema);
  const def = (schema as z.ZodType)._zod.def as any;
  const inner = [
    ...Object.values((def.shape ?? {}) as Record<string, Schema>), ...(def.options ?? []), ...(def.items ?? []),
    def.element, def.innerType, def.valueType, def.in, def.left, def.right, def.type === 'lazy' ? def.getter() : undefined,
  ].filter(Boolean) as Schema[];
  for (const child of inner) objectsOfIntersections(child, below || def.type === 'intersection', seen);
  return seen.below;
}
