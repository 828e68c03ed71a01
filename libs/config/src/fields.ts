import type { z } from 'zod';
import { isSecretSchema } from './secret.js';
import type { ConfigField } from './source.js';

type Schema = z.core.$ZodType;

/** A setting with all that its schema says about it. */
export interface SchemaField extends ConfigField {
  readonly schema: Schema;
  /** Whether it must be set; inside an optional group, whether it must be set when the group is. */
  readonly required: boolean;
  /** What it is when no source sets it; absent if nothing. */
  readonly default?: { readonly value: unknown };
  readonly description?: string;
}

/** A nested object schema. */
export interface SchemaGroup {
  readonly path: readonly string[];
  /** Whether it may be left out as a whole. */
  readonly optional: boolean;
}

export interface SchemaFields {
  readonly fields: ReadonlyMap<string, SchemaField>;
  readonly groups: ReadonlyMap<string, SchemaGroup>;
}

/**
 * Lists the settings of a schema.
 * @throws TypeError for a key that no environment variable could carry, or that clashes with another
 */
export function fieldsOf(schema: z.ZodObject): SchemaFields {
  const fields = new Map<string, SchemaField>();
  const groups = new Map<string, SchemaGroup>();
  const visit = (shape: Readonly<Record<string, Schema>>, parents: readonly string[]): void => {
    for (const [name, child] of Object.entries(shape)) {
      if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(name)) throw new TypeError(`The setting "${[...parents, name].join('__')}" must be UPPER_SNAKE_CASE with single underscores.`);
      const path = [...parents, name];
      const key = path.join('__');
      const { inner, description, fallback } = unwrap(child);
      const optional = child._zod.optin !== undefined;
      const { def } = (inner as z.core.$ZodTypes)._zod;
      if (def.type === 'object') {
        groups.set(key, { path, optional });
        visit(def.shape, path);
      } else {
        fields.set(key, {
          key, path, schema: child, secret: holdsSecret(child), flag: def.type === 'boolean', required: !optional,
          ...(fallback && { default: fallback }), ...(description !== undefined && { description }),
        });
      }
    }
  };
  visit(schema.shape, []);
  for (const { key, secret } of fields.values()) {
    if (secret && fields.has(`${key}_FILE`)) throw new TypeError(`The secret "${key}" reads its file's name from ${key}_FILE, which cannot be a setting of its own.`);
  }
  return { fields, groups };
}

interface Unwrapped { readonly inner: Schema; readonly description: string | undefined; readonly fallback: { readonly value: unknown } | undefined }

/** Takes off what does not change how a value is written: optional, default, nullable and so on. */
export function unwrap(schema: Schema): Unwrapped {
  let inner = schema as z.core.$ZodTypes;
  let description: string | undefined;
  let fallback: { readonly value: unknown } | undefined;
  for (;;) {
    description ??= (inner as z.core.$ZodTypes & Partial<z.ZodType>).description;
    const { def } = inner._zod;
    switch (def.type) {
      case 'default': case 'prefault':
        fallback ??= { value: def.defaultValue };
        inner = def.innerType as z.core.$ZodTypes;
        break;
      case 'optional': case 'nullable': case 'nonoptional': case 'readonly': case 'catch':
        inner = def.innerType as z.core.$ZodTypes;
        break;
      case 'lazy':
        inner = def.getter() as z.core.$ZodTypes;
        break;
      default:
        return { inner, description, fallback };
    }
  }
}

/** Tells whether any part of a value would be secret; the whole setting is then treated so. */
function holdsSecret(schema: Schema, seen = new Set<Schema>()): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  if (isSecretSchema(schema)) return true;
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return Object.values(def).flatMap(schemasIn).some((child) => holdsSecret(child, seen))
    || (def.type === 'lazy' && holdsSecret(def.getter(), seen));
}

function schemasIn(value: unknown): Schema[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('_zod' in value) return 'run' in (value as Schema)._zod ? [value as Schema] : [];
  const isContainer = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return isContainer ? Object.values(value).filter((item): item is Schema => typeof item === 'object' && item !== null && '_zod' in item && 'run' in (item as Schema)._zod) : [];
}
