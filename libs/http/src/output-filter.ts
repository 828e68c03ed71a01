import type { z } from 'zod';
import { assertJsonSubset } from './json-subset.js';
import type { Schema } from './schema.js';

/** Returns a copy of a value with the declared fields alone, ready for `JSON.stringify`. */
export type OutputFilter = (value: unknown) => unknown;

/**
 * Compiles the output filter of a response schema, at start, into straight-line code: it costs a few nanoseconds a field, and
 * `JSON.stringify` on plain objects is as fast as any generated serialiser. Nothing passes that has not the declared type; formats
 * and ranges are not looked at again.
 * @throws TypeError for a schema that is not plain JSON; the filter itself throws TypeError for a value that does not fit
 */
export function compileOutputFilter(schema: Schema, name: string): OutputFilter {
  assertJsonSubset(schema, name);
  const emitter = new Emitter();
  const filter = emitter.compile(schema);
  return (value) => {
    try {
      return filter(value);
    } catch (error) {
      if (error !== mismatch) throw error;
    }
    throw new TypeError(`${name} answered what its contract does not declare: ${whatIsWrong(schema, value)}`);
  };
}

// Thrown without a stack: a union tries its members by it.
const mismatch = Symbol('mismatch');

function whatIsWrong(schema: Schema, value: unknown): string {
  const issues = (schema as z.ZodType).safeParse(value).error?.issues ?? [];
  return issues.map(({ path, message }) => `${path.join('.') || 'data'}: ${message}`).join('; ') || 'a value that is not JSON';
}

/** Helpers of the generated code. Each returns what it was given, or gives up. */
const primitives = `
const fail = () => { throw mismatch; };
const unknown = (v) => v;
const never = fail;
const string = (v) => (typeof v === 'string' ? v : fail());
const number = (v) => (typeof v === 'number' && v - v === 0 ? v : fail());
const boolean = (v) => (typeof v === 'boolean' ? v : fail());
const nothing = (v) => (v === null ? v : fail());
const object = (v) => { if (typeof v !== 'object' || v === null || Array.isArray(v)) fail(); };
`;
const byType: Readonly<Record<string, string>> = { string: 'string', template_literal: 'string', number: 'number', boolean: 'boolean', null: 'nothing', unknown: 'unknown', any: 'unknown', never: 'never' };

/** Writes one function for each schema; a schema that contains itself calls its own. */
class Emitter {
  readonly #names = new Map<Schema, string>();
  readonly #functions: string[] = [];
  readonly #constants: unknown[] = [];

  compile(schema: Schema): OutputFilter {
    const name = this.#name(schema);
    const code = `'use strict';${primitives}${this.#functions.join('\n')}\nreturn ${name};`;
    return new Function('mismatch', 'constants', code)(mismatch, this.#constants) as OutputFilter;
  }

  #name(schema: Schema): string {
    const def = (schema as z.ZodType)._zod.def as any;
    const shared = byType[def.type];
    if (shared) return shared;
    if (def.type === 'readonly' || def.type === 'nonoptional') return this.#name(def.innerType);
    let name = this.#names.get(schema);
    if (name === undefined) {
      name = `f${this.#names.size}`;
      this.#names.set(schema, name);
      this.#functions.push(`function ${name}(v) { ${this.#body(def)} }`);
    }
    return name;
  }

  #body(def: any): string {
    switch (def.type) {
      case 'object': return this.#object(def);
      case 'array': return `if (!Array.isArray(v)) fail(); const n = v.length, o = new Array(n); for (let i = 0; i < n; i++) o[i] = ${this.#name(def.element)}(v[i]); return o;`;
      case 'optional': return `return v === undefined ? v : ${this.#name(def.innerType)}(v);`;
      case 'nullable': return `return v === null ? v : ${this.#name(def.innerType)}(v);`;
      case 'literal': return `return ${this.#constant(new Set(def.values))}.has(v) ? v : fail();`;
      case 'enum': return `return ${this.#constant(new Set(Object.values(def.entries)))}.has(v) ? v : fail();`;
      case 'lazy': return `return ${this.#name(def.getter())}(v);`;
      case 'union': return def.discriminator === undefined ? this.#union(def.options) : this.#discriminated(def);
      case 'intersection': return `return { ...${this.#name(def.left)}(v), ...${this.#name(def.right)}(v) };`;
      case 'tuple': return this.#tuple(def);
      // Without a prototype, so that no key means anything.
      case 'record': return `object(v); const o = Object.create(null); for (const k of Object.keys(v)) o[k] = ${this.#name(def.valueType)}(v[k]); return o;`;
      default: throw new TypeError(`z.${def.type} cannot be part of an answer.`);
    }
  }

  #object({ shape, catchall }: { shape: Record<string, Schema>; catchall?: Schema }): string {
    const fields = Object.entries(shape).map(([key, field]) => `${JSON.stringify(key) === '"__proto__"' ? '["__proto__"]' : JSON.stringify(key)}: ${this.#name(field)}(v[${JSON.stringify(key)}])`);
    const declared = `{ ${fields.join(', ')} }`;
    const rest = catchall && this.#name(catchall);
    if (rest === undefined || rest === 'never') return `object(v); return ${declared};`;
    // Loose on purpose: what is not declared goes through the catchall.
    return `object(v); const o = Object.create(null); for (const k of Object.keys(v)) if (!${this.#constant(new Set(Object.keys(shape)))}.has(k)) o[k] = ${rest}(v[k]); return Object.assign(o, ${declared});`;
  }

  #tuple({ items, rest }: { items: Schema[]; rest?: Schema | null }): string {
    const fixed = items.map((item, i) => `${this.#name(item)}(v[${i}])`).join(', ');
    const more = rest ? `, ...v.slice(${items.length}).map((x) => ${this.#name(rest)}(x))` : '';
    return `if (!Array.isArray(v)) fail(); return [${fixed}${more}];`;
  }

  /** As zod does: the first member that fits. */
  #union(options: readonly Schema[]): string {
    const tries = options.map((option) => `try { return ${this.#name(option)}(v); } catch (e) { if (e !== mismatch) throw e; }`);
    return `${tries.join(' ')} fail();`;
  }

  #discriminated({ discriminator, options }: { discriminator: string; options: readonly Schema[] }): string {
    const cases = options.flatMap((option) => {
      const values = (option as unknown as { _zod: { propValues?: Record<string, Set<unknown>> } })._zod.propValues?.[discriminator];
      return [...(values ?? [])].map((value) => `case ${JSON.stringify(value)}: return ${this.#name(option)}(v);`);
    });
    return `object(v); switch (v[${JSON.stringify(discriminator)}]) { ${cases.join(' ')} default: fail(); }`;
  }

  #constant(value: unknown): string {
    return `constants[${this.#constants.push(value) - 1}]`;
  }
}
