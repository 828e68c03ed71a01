import { z } from 'zod';
import { HttpDispatcher } from '../../src/dispatcher.js';
import type { TestApi } from '../../src/testing.js';

type Part = 'params' | 'query' | 'headers' | 'body';
type Json = Record<string, any>;

/** One route as one version serves it, with what it asks for. */
export interface Open {
  readonly method: string;
  /** `/api/v2/products/{id}` */
  readonly path: string;
  readonly isPublic: boolean;
  readonly schemas: Readonly<Partial<Record<Part, z.ZodType>>>;
}

/** A request that the contract allows but for one place, which holds what an attacker put there. */
export interface Hostile {
  /** `query sort`, `body name.given` */
  readonly place: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Everything that the application serves by contract: what is added to it later is attacked as well. */
export function surfaceOf({ app }: TestApi): readonly Open[] {
  return app.resolve(HttpDispatcher).routes.map(({ spec, version }) => {
    const { method, path, access, params, query, headers, body } = spec as Json;
    return { method, path: `/api/${version.name}${path}`, isPublic: access === 'public', schemas: { params, query, headers, body } };
  });
}

function jsonSchemaOf(schema: z.ZodType): Json {
  const { $defs = {}, ...whole } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  const resolved = ({ $ref, ...rest }: Json): Json => ({ ...($ref && resolved($defs[$ref.split('/').at(-1)])), ...rest });
  const inlined = (at: Json): Json => {
    const { properties, items, ...rest } = resolved(at);
    return { ...rest, ...(properties && { properties: Object.fromEntries(Object.entries<Json>(properties).map(([key, each]) => [key, inlined(each)])) }), ...(items && { items: inlined(items) }) };
  };
  return inlined(whole);
}

/** A value that a schema accepts, from its examples. */
function sampleOf({ example, enum: values, default: usual, type, properties = {}, items, minimum = 1 }: Json): unknown {
  if (example !== undefined) return example === 'ada@example.com' ? 'somebody@example.com' : example;
  if (values) return values[0];
  if (type === 'object') return Object.fromEntries(Object.entries<Json>(properties).map(([key, each]) => [key, sampleOf(each)]));
  if (type === 'array') return [sampleOf(items)];
  return usual ?? (type === 'integer' ? Math.max(minimum, 1) : 'some text');
}

/** Every value in it that is no object and no list, by its path. */
function leaves(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, each]) => leaves(each, [...path, key])) : [path];
}

function replaced(value: any, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  return Array.isArray(value) ? value.map((each, i) => (String(i) === key ? replaced(each, rest, by) : each)) : { ...value, [key]: replaced(value[key], rest, by) };
}

const sample = ({ schemas }: Open, part: Part): Json => (schemas[part] ? sampleOf(jsonSchemaOf(schemas[part])) as Json : {});

/** Puts these values in place of the parameters. */
export const addressOf = ({ path }: Open, values: Readonly<Json>): string => path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));

/** A request that the contract allows, and that changes nothing where its ids are nobody's. */
export function harmless(route: Open, ids: Readonly<Json> = {}): Hostile {
  const { method, schemas } = route;
  return { place: '', method, path: addressOf(route, { ...sample(route, 'params'), ...ids }), headers: { 'if-match': '*' }, ...(schemas.body && { body: sample(route, 'body') }) };
}

/** Puts something hostile into every place of a request, one after the other. */
export function hostileTo(route: Open, hostile: unknown, ids: Readonly<Json> = {}): readonly Hostile[] {
  const usual = harmless(route, ids);
  const params = { ...sample(route, 'params'), ...ids };
  return [
    ...Object.keys(sample(route, 'params')).map((name) => ({ ...usual, place: `params ${name}`, path: addressOf(route, { ...params, [name]: hostile }) })),
    ...Object.keys(sample(route, 'query')).map((name) => ({ ...usual, place: `query ${name}`, path: `${usual.path}?${name}=${encodeURIComponent(String(hostile))}` })),
    ...leaves(usual.body ?? {}).filter((path) => path.length > 0).map((path) => ({ ...usual, place: `body ${path.join('.')}`, body: replaced(usual.body, path, hostile) as object })),
  ];
}
