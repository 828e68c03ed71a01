import type { StandardSchemaV1 } from '@org/enterprise-kernel';
import type { Schema } from '../schema.js';
import type { JsonSchema } from './json-schema.js';
import { textFor } from './pattern.js';

type Resolve = (ref: string) => JsonSchema;

/**
 * Makes an example of a schema: from what it says itself (`examples`, `default`, `enum`), else the same plausible value every
 * time. Returns `undefined` where none can be made that the schema accepts: none is better than a wrong one.
 */
export function exampleOf(json: JsonSchema, schema: Schema | StandardSchemaV1, resolve: Resolve): { readonly value: unknown } | undefined {
  try {
    const value = make(json, 'text', resolve, []);
    const checked = (schema as StandardSchemaV1)['~standard'].validate(structuredClone(value));
    return 'then' in checked || checked.issues ? undefined : { value };
  } catch {
    return undefined;
  }
}

/** Says that there is no value without an end, or that none can be found. */
class NoExample extends Error {}

function make(schema: any, name: string, resolve: Resolve, within: readonly string[]): unknown {
  if (schema.examples?.length > 0) return schema.examples[0];
  for (const keyword of ['const', 'default']) if (keyword in schema) return schema[keyword];
  if (schema.enum?.length > 0) return schema.enum[0];
  if (schema.$ref) {
    if (within.includes(schema.$ref)) throw new NoExample();
    return make(resolve(schema.$ref), name, resolve, [...within, schema.$ref]);
  }
  const inner = (part: unknown, as = name): unknown => make(part, as, resolve, within);
  if (schema.allOf) return schema.allOf.map((part: unknown) => inner(part)).reduce((all: unknown, part: unknown) => (isObject(all) && isObject(part) ? { ...all, ...part } : part));
  const options = schema.oneOf ?? schema.anyOf;
  if (options) return firstOf(options.map((option: unknown) => () => inner(option)));
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object': return objectOf(schema, inner);
    case 'array': return arrayOf(schema, inner);
    case 'string': return stringOf(schema, name);
    case 'integer': case 'number': return numberOf(schema);
    case 'boolean': return true;
    case 'null': return null;
    default: return {};
  }
}

function firstOf(makers: readonly (() => unknown)[]): unknown {
  for (const maker of makers) {
    try {
      return maker();
    } catch (error) {
      if (!(error instanceof NoExample)) throw error;
    }
  }
  throw new NoExample();
}

function objectOf(schema: any, inner: (part: unknown, name?: string) => unknown): object {
  const required = new Set<string>(schema.required);
  const entries = Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    if (required.has(key)) return [[key, inner(property, key)] as const];
    const value = firstOf([() => inner(property, key), () => undefined]);
    return value === undefined ? [] : [[key, value] as const];
  });
  if (entries.length === 0 && isObject(schema.additionalProperties)) {
    return firstOf([() => ({ [schema.propertyNames ? String(inner(schema.propertyNames, 'key')) : 'key']: inner(schema.additionalProperties) }), () => ({})]) as object;
  }
  return Object.fromEntries(entries);
}

function arrayOf(schema: any, inner: (part: unknown) => unknown): unknown[] {
  if (schema.prefixItems) return schema.prefixItems.map((item: unknown) => inner(item));
  const atLeast: number = schema.minItems ?? 0;
  const several = (): unknown[] => Array.from({ length: Math.min(Math.max(atLeast, 1), schema.maxItems ?? Infinity) }, () => inner(schema.items));
  return atLeast > 0 ? several() : firstOf([several, () => []]) as unknown[];
}

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T09:30:00Z', date: '2026-01-31', time: '09:30:00', duration: 'PT15M', uuid: '0198c0de-5eed-7abc-8def-0123456789ab',
  guid: '0198c0de-5eed-7abc-8def-0123456789ab', email: 'ada@example.com', uri: 'https://example.com/', hostname: 'example.com', ipv4: '192.0.2.1', ipv6: '2001:db8::1',
  cidrv4: '192.0.2.0/24', cidrv6: '2001:db8::/32', base64: 'ZXhhbXBsZQ==', base64url: 'ZXhhbXBsZQ', e164: '+14155552671',
};

function stringOf({ format, pattern, minLength = 0, maxLength = Infinity }: any, name: string): string {
  const text = pattern === undefined ? formats[format] : textFor(pattern);
  if (text !== undefined) return text.padEnd(minLength, text.at(-1));
  if (pattern !== undefined) throw new NoExample();
  return name.replaceAll('_', ' ').padEnd(minLength, '.').slice(0, maxLength);
}

function numberOf({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: any): number {
  const step = multipleOf ?? 1;
  const low = Math.max(minimum ?? -Infinity, exclusiveMinimum === undefined ? -Infinity : exclusiveMinimum + (type === 'integer' ? 1 : Number.EPSILON));
  const high = Math.min(maximum ?? Infinity, exclusiveMaximum === undefined ? Infinity : exclusiveMaximum - (type === 'integer' ? 1 : Number.EPSILON));
  const wanted = low > step ? low : high < step ? high : step;
  const stepped = Math.ceil(wanted / step) * step;
  return stepped <= high ? stepped : wanted;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
