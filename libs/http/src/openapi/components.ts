import type { Schema } from '../schema.js';
import { convertSchema, type ConvertedSchema, type JsonSchema } from './json-schema.js';

type Side = 'request' | 'answer';

/** The shared parts of a document while it is being made. */
export interface Components {
  /** Describes a schema and keeps what it refers to; `name` is for recursive parts without an id. */
  schema(side: Side, schema: Schema, name: string): Pick<ConvertedSchema, 'schema' | 'required'>;
  /** Keeps the definitions of a request's JSON Schema that was not made here, and returns the rest of it. */
  adopt(schema: object, name: string): JsonSchema;
  /** Keeps a part under its name, made when first asked for, and returns the reference to it. */
  shared(kind: 'schemas' | 'responses' | 'headers', name: string, make: () => object): { readonly $ref: string };
  /** Follows a reference of this document. */
  resolve(ref: string): JsonSchema;
  /** Returns the parts that `root` leads to, sorted by name, and `root` itself with its references settled. */
  settle<T extends object>(root: T): { readonly root: T; readonly components: Record<string, Record<string, unknown>> };
}

/**
 * Collects components. A schema with an id can read differently in a request, where undeclared keys are refused, and in an
 * answer; it then becomes two components, the request's with the suffix `Input`.
 */
export function createComponents(): Components {
  const named: Record<Side, Map<string, JsonSchema>> = { request: new Map(), answer: new Map() };
  const parts = new Map<string, object>();

  const keep = (side: Side, id: string, schema: JsonSchema): void => {
    const other = named[side].get(id);
    if (other && JSON.stringify(other) !== JSON.stringify(schema)) throw new TypeError(`Two different schemas have the id "${id}"; ids are unique within an API version.`);
    named[side].set(id, schema);
  };

  const hoist = (side: Side, schema: JsonSchema, definitions: ConvertedSchema['definitions'], name: string): JsonSchema => {
    const idOf = (definition: string): string => definition.replace(/^__schema(\d+)$/, (_, index) => `${name}${index === '0' ? '' : index}`);
    const point = (value: JsonSchema): JsonSchema => mapRefs(value, (ref) => `#/${side}/${idOf(ref.slice('#/$defs/'.length))}`);
    for (const [definition, inner] of Object.entries(definitions)) keep(side, idOf(definition), point(inner));
    return point(schema);
  };

  return {
    schema(side, source, name) {
      const { schema, required, definitions } = convertSchema(source, { closed: side === 'request' });
      return { schema: hoist(side, schema, definitions, name), required };
    },
    adopt(schema, name) {
      const { $schema: _, $defs = {}, ...rest } = schema as JsonSchema & { $defs?: ConvertedSchema['definitions'] };
      return hoist('request', rest, $defs, name);
    },
    shared(kind, name, make) {
      const $ref = `#/components/${kind}/${name}`;
      if (!parts.has($ref)) {
        parts.set($ref, {}); // holds the place while it is being made
        parts.set($ref, make());
      }
      return { $ref };
    },
    resolve(ref) {
      const [, side, id] = ref.split('/') as [string, Side, string];
      return named[side]?.get(id) ?? parts.get(ref) as JsonSchema;
    },
    settle(root) {
      const differing = differingIds(named);
      const settleRef = (ref: string): string => {
        const [, side, id] = ref.split('/') as [string, Side, string];
        return side in named ? `#/components/schemas/${id}${side === 'request' && differing.has(id) ? 'Input' : ''}` : ref;
      };
      const all = new Map([...parts].map(([ref, part]) => [ref, mapRefs(part, settleRef)]));
      for (const side of ['request', 'answer'] as const) {
        for (const [id, schema] of named[side]) {
          const ref = settleRef(`#/${side}/${id}`);
          if (parts.has(ref) || (side === 'answer' && id.endsWith('Input') && differing.has(id.slice(0, -5)))) throw new TypeError(`The schema id "${id}" is taken by the document itself; choose another.`);
          all.set(ref, mapRefs(schema, settleRef));
        }
      }
      const settled = mapRefs(root, settleRef);
      const components: Record<string, Record<string, unknown>> = {};
      for (const ref of [...reachable(settled, all)].sort()) {
        const [, , kind, name] = ref.split('/') as [string, string, string, string];
        (components[kind] ??= {})[name] = all.get(ref);
      }
      return { root: settled, components };
    },
  };
}

/** The ids whose request and answer read differently, by themselves or through what they refer to. */
function differingIds({ request, answer }: Record<Side, Map<string, JsonSchema>>): Set<string> {
  const common = [...request.keys()].filter((id) => answer.has(id));
  const text = (schema: JsonSchema): string => JSON.stringify(schema).replaceAll('"#/request/', '"#/answer/');
  const differing = new Set(common.filter((id) => text(request.get(id)!) !== text(answer.get(id)!)));
  for (let before = -1; before !== differing.size;) {
    before = differing.size;
    for (const id of common) if ([...refsOf(request.get(id)!)].some((ref) => differing.has(ref.split('/')[2]!))) differing.add(id);
  }
  return differing;
}

function reachable(root: unknown, parts: ReadonlyMap<string, object>, found = new Set<string>()): Set<string> {
  for (const ref of refsOf(root)) {
    if (found.has(ref)) continue;
    found.add(ref);
    reachable(parts.get(ref), parts, found);
  }
  return found;
}

/** Keywords whose values are data, in which a `$ref` is a key like any other. */
const data = new Set(['example', 'examples', 'default', 'const', 'enum']);
/** Keywords whose values are named parts: their keys are names, whatever they look like. */
const maps = new Set(['properties', 'patternProperties', 'responses', 'content', 'headers', 'paths']);

function* refsOf(value: unknown, named = false): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (named) yield* refsOf(inner);
    else if (key === '$ref' && typeof inner === 'string') yield inner;
    else if (!data.has(key)) yield* refsOf(inner, maps.has(key));
  }
}

function mapRefs<T>(value: T, change: (ref: string) => string, named = false): T {
  if (Array.isArray(value)) return value.map((item) => mapRefs(item, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => {
    if (named) return [key, mapRefs(inner, change)];
    if (key === '$ref' && typeof inner === 'string') return [key, change(inner)];
    return [key, data.has(key) ? inner : mapRefs(inner, change, maps.has(key))];
  })) as T;
}
