import type { Caller } from '@org/enterprise-kernel';
import type { z } from 'zod';
import type { Schema } from './schema.js';
import { isVisible, restrictionOf, type VisibleTo } from './visible-to.js';

/** Returns a copy of a value without the fields that the caller must not see. */
export type FieldMask = (value: any, caller: Caller) => unknown;

const defOf = (schema: Schema): any => (schema as z.ZodType)._zod.def;
const wrappers = new Set(['optional', 'nullable', 'readonly', 'nonoptional', 'lazy']);
const innerOf = (schema: Schema): Schema | undefined => {
  const def = defOf(schema);
  return wrappers.has(def.type) ? (def.type === 'lazy' ? def.getter() : def.innerType) : undefined;
};

/** Every restriction on a field, through whatever was put around it. */
function restrictionsOf(field: Schema): VisibleTo[] {
  const found: VisibleTo[] = [];
  for (let at: Schema | undefined = field; at; at = innerOf(at)) {
    const who = restrictionOf(at);
    if (who !== undefined) found.push(who);
  }
  return found;
}

/**
 * Compiles what hides the restricted fields of a response schema; `undefined` for a schema without any, which costs nothing then.
 * @throws TypeError where a restriction stands on something else than a field, or where it could not be known which schema applies
 */
export function compileFieldMask(schema: Schema, name: string): FieldMask | undefined {
  if (restrictionsOf(schema).length > 0) refuse(name, 'is no field of an object');
  return restricts(schema, name) ? new Compiler(name).mask(schema) : undefined;
}

const refuse = (path: string, reason: string): never => { throw new TypeError(`${path} is restricted by visibleTo, but ${reason}.`); };

/** The schemas directly inside of one, with their places; those of objects are fields. */
function childrenOf(schema: Schema): readonly { readonly at: string; readonly child: Schema; readonly field?: true }[] {
  const def = defOf(schema);
  const inner = innerOf(schema);
  const one = (at: string, child: Schema | null | undefined) => (child ? [{ at, child }] : []);
  return [
    ...one('', inner), ...one('[]', def.element), ...one('[key]', def.valueType), ...one('[key]', def.catchall), ...one('[]', def.rest), ...one('', def.left), ...one('', def.right),
    ...(def.options ?? []).flatMap((option: Schema) => one('', option)), ...(def.items ?? []).flatMap((item: Schema, i: number) => one(`[${i}]`, item)),
    ...Object.entries((def.shape ?? {}) as Record<string, Schema>).map(([key, child]) => ({ at: `.${key}`, child, field: true as const })),
  ];
}

/** Tells whether there is a restricted field anywhere inside, and checks that all of them can be found again in a value. */
function restricts(schema: Schema, path: string, known = new Map<Schema, boolean>()): boolean {
  const before = known.get(schema);
  if (before !== undefined) return before;
  known.set(schema, false); // for a schema that contains itself
  const wrapper = innerOf(schema) !== undefined;
  let found = false;
  for (const { at, child, field } of childrenOf(schema)) {
    const restricted = restrictionsOf(child).length > 0;
    if (restricted && !field && !wrapper) refuse(path + at, 'is no field of an object');
    found = restricts(child, path + at, known) || (field === true && restricted) || found;
  }
  if (found && defOf(schema).type === 'intersection') refuse(path, 'inside of an intersection; write one object with .extend');
  if (found && defOf(schema).type === 'union' && defOf(schema).discriminator === undefined) refuse(path, 'inside of a union without a discriminator');
  known.set(schema, found);
  return found;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A schema that contains itself gets one function, which calls itself. What does not fit is left to the output filter. */
class Compiler {
  readonly #masks = new Map<Schema, FieldMask>();

  constructor(private readonly name: string) {}

  mask(schema: Schema): FieldMask {
    const known = this.#masks.get(schema);
    if (known) return known;
    this.#masks.set(schema, (value, caller) => made(value, caller)); // called when it is made
    const made = this.#make(schema);
    this.#masks.set(schema, made);
    return made;
  }

  #make(schema: Schema): FieldMask {
    const def = defOf(schema);
    const inner = innerOf(schema);
    if (inner) return this.mask(inner);
    // Each part by itself, since most parts of a schema have nothing to hide.
    if (!restricts(schema, this.name)) return (value) => value;
    switch (def.type) {
      case 'object': return this.#object(def);
      case 'array': return this.#each(this.mask(def.element));
      case 'tuple': return this.#tuple(def);
      case 'record': return this.#record(this.mask(def.valueType));
      case 'union': return this.#union(def);
      default: return (value) => value;
    }
  }

  #object({ shape, catchall }: { shape: Record<string, Schema>; catchall?: Schema }): FieldMask {
    const fields = Object.entries(shape).map(([key, schema]) => ({ key, restrictions: restrictionsOf(schema), inner: this.mask(schema) }));
    const open = catchall && defOf(catchall).type !== 'never';
    return (value, caller) => {
      if (!isObject(value)) return value;
      // Field by field, so that getters of a class count; null-prototyped, so that no name means anything.
      const copy: Record<string, unknown> = Object.assign(Object.create(null), open ? value : undefined);
      for (const { key, restrictions, inner } of fields) {
        copy[key] = restrictions.every((who) => isVisible(who, caller, value)) ? inner(value[key], caller) : undefined;
      }
      return copy;
    };
  }

  #each(element: FieldMask): FieldMask {
    return (value, caller) => (Array.isArray(value) ? value.map((item) => element(item, caller)) : value);
  }

  #tuple({ items, rest }: { items: Schema[]; rest?: Schema | null }): FieldMask {
    const masks = items.map((item) => this.mask(item));
    const more: FieldMask = rest ? this.mask(rest) : (value) => value;
    return (value, caller) => (Array.isArray(value) ? value.map((item, i) => (masks[i] ?? more)(item, caller)) : value);
  }

  #record(each: FieldMask): FieldMask {
    return (value, caller) => {
      if (!isObject(value)) return value;
      const copy: Record<string, unknown> = Object.create(null);
      for (const key of Object.keys(value)) copy[key] = each(value[key], caller);
      return copy;
    };
  }

  #union({ discriminator, options }: { discriminator: string; options: Schema[] }): FieldMask {
    const byValue = new Map<unknown, FieldMask>();
    for (const option of options) {
      const values = (option as unknown as { _zod: { propValues?: Record<string, Set<unknown>> } })._zod.propValues?.[discriminator];
      for (const value of values ?? []) byValue.set(value, this.mask(option));
    }
    return (value, caller) => (isObject(value) ? byValue.get(value[discriminator])?.(value, caller) ?? {} : value);
  }
}
