import { child, isLocalReference, lookUp, resolve, type Place } from './place.js';

/** A bound and whether the bound itself is excluded. */
export interface Bound { readonly value: number; readonly exclusive: boolean }

/** What one or several schemas, all of which must hold, say together; without `oneOf` and `anyOf`, see {@link alternativesOf}. */
export interface Shape {
  /** Where to point at. */
  readonly place: Place;
  /** Undefined: any type. Never contains `null`, see {@link nullable}. */
  readonly types: ReadonlySet<string> | undefined;
  readonly nullable: boolean;
  /** JSON texts of the allowed values but null, `const` included. Undefined: any value. */
  readonly values: ReadonlySet<string> | undefined;
  readonly bounds: ReadonlyMap<string, Bound>;
  /** Keywords of which every occurrence must hold: pattern, format ... */
  readonly assertions: ReadonlyMap<string, ReadonlySet<string>>;
  readonly properties: ReadonlyMap<string, readonly Place[]>;
  readonly required: ReadonlySet<string>;
  /** Undefined: anything goes. */
  readonly additional: readonly Place[];
  readonly items: readonly Place[];
  /** Keywords that are compared as a whole. */
  readonly opaque: ReadonlyMap<string, readonly Place[]>;
  readonly default: string | undefined;
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
  readonly deprecated: boolean;
}

export const lowerBounds = ['minimum', 'minLength', 'minItems', 'minProperties', 'minContains'];
export const upperBounds = ['maximum', 'maxLength', 'maxItems', 'maxProperties', 'maxContains'];
const asserted = ['pattern', 'format', 'multipleOf', 'uniqueItems', 'contentEncoding', 'contentMediaType'];
const unionKeywords = ['oneOf', 'anyOf'] as const;
const compared = [
  'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas', 'patternProperties', 'propertyNames', 'contains', 'prefixItems',
  'unevaluatedItems', 'unevaluatedProperties', 'contentSchema', '$ref', '$dynamicRef', ...unionKeywords,
];

// A union that contains itself would never end; deeper ones are compared as a whole.
const deepestUnion = 4;

/**
 * Reads schemas that must all hold (such as a property that two parts of an `allOf` declare) into the alternatives that they leave open:
 * one shape for each branch of a `oneOf` or `anyOf`, joined with what stands beside it; one alone without such a keyword.
 */
export function alternativesOf(places: readonly Place[], depth = 0): Shape[] {
  const parts = places.flatMap((place) => conjuncts(place));
  const at = depth < deepestUnion ? parts.findIndex(({ value }) => unionKeywords.some((keyword) => Array.isArray(value[keyword]))) : -1;
  const part = parts[at];
  if (!part) return [shapeOf(resolve(places[0])!, parts)];
  const keyword = unionKeywords.find((key) => Array.isArray(part.value[key]))!;
  const { [keyword]: _, ...rest } = part.value as Record<string, unknown>;
  const others = parts.with(at, { ...part, value: rest });
  return entriesAsWritten(child(part, keyword)).flatMap(([, branch]) => alternativesOf([branch, ...others], depth + 1));
}

function shapeOf(place: Place, parts: readonly Place[]): Shape {
  const all = <T>(read: (schema: Record<string, any>, place: Place) => T | undefined): T[] =>
    parts.flatMap((place) => {
      const found = read(place.value as Record<string, any>, place);
      return found === undefined ? [] : [found];
    });
  const below = (key: string): Place[] => all((_, place) => child(place, key));

  const types = intersection(all(typesOf));
  const values = intersection(all(valuesOf));
  const properties = new Map<string, Place[]>();
  for (const [name, place] of below('properties').flatMap(entriesAsWritten)) properties.set(name, [...(properties.get(name) ?? []), place]);
  const withoutNull = types && new Set([...types].filter((type) => type !== 'null'));

  return {
    place,
    types: withoutNull,
    nullable: (types === undefined || types.has('null')) && (values === undefined || values.has('null')),
    values: values && new Set([...values].filter((value) => value !== 'null')),
    bounds: boundsOf(parts, withoutNull?.size === 1 && withoutNull.has('integer')),
    assertions: new Map(asserted.flatMap((key) => {
      const found = new Set(all((schema) => (schema[key] === undefined || schema[key] === false ? undefined : String(schema[key]))));
      return found.size > 0 ? [[key, found] as const] : [];
    })),
    properties,
    required: new Set(all((schema) => (Array.isArray(schema['required']) ? schema['required'] as string[] : undefined)).flat()),
    additional: below('additionalProperties').filter(saysSomething),
    items: below('items').filter(saysSomething),
    opaque: new Map(compared.flatMap((key) => {
      const found = below(key);
      return found.length > 0 ? [[key, found] as const] : [];
    })),
    default: all((schema) => (schema['default'] === undefined ? undefined : JSON.stringify(schema['default'])))[0],
    readOnly: all((schema) => schema['readOnly'] === true || undefined).length > 0,
    writeOnly: all((schema) => schema['writeOnly'] === true || undefined).length > 0,
    deprecated: all((schema) => schema['deprecated'] === true || undefined).length > 0,
  };
}

/** Stands a schema that allows anything for a missing one. */
export function orAnything(places: readonly Place[], { place }: Pick<Shape, 'place'>): readonly Place[] {
  return places.length > 0 ? places : [{ ...place, value: true }];
}

/** Splits a schema into the parts that must all hold: itself, what it refers to, and its `allOf`, without their references to one another. */
function conjuncts(place: Place, passed: ReadonlySet<unknown> = new Set()): Place[] {
  const { value } = place;
  if (value === false) return [{ ...place, value: { type: [] } }];
  if (typeof value !== 'object' || value === null || passed.has(value)) return [];
  const further = new Set(passed).add(value);
  const own = { ...value as Record<string, unknown> };
  delete own['allOf'];
  if (isLocalReference(value)) delete own['$ref'];
  return [
    ...(isLocalReference(value) ? conjuncts(lookUp(place, value.$ref), further) : []),
    { ...place, value: own },
    ...entriesAsWritten(child(place, 'allOf')).flatMap(([, part]) => conjuncts(part, further)),
  ];
}

const saysSomething = ({ value }: Place): boolean => value === false || (typeof value === 'object' && value !== null && Object.keys(value as object).length > 0);

function entriesAsWritten(place: Place | undefined): [string, Place][] {
  if (typeof place?.value !== 'object' || place.value === null) return [];
  return Object.keys(place.value as object).map((key) => [key, child(place, key)!]);
}

function typesOf({ type, nullable }: Record<string, any>): Set<string> | undefined {
  if (type === undefined) return undefined;
  // OpenAPI 3.0 wrote `nullable` where 3.1 lists the type null.
  return new Set([...(Array.isArray(type) ? type as string[] : [String(type)]), ...(nullable === true ? ['null'] : [])]);
}

function valuesOf(schema: Record<string, any>): Set<string> | undefined {
  if (schema['const'] !== undefined) return new Set([JSON.stringify(schema['const'])]);
  return Array.isArray(schema['enum']) ? new Set(schema['enum'].map((value) => JSON.stringify(value))) : undefined;
}

function intersection(sets: readonly Set<string>[]): Set<string> | undefined {
  return sets.length === 0 ? undefined : sets.reduce((left, right) => new Set([...left].filter((value) => right.has(value))));
}

function boundsOf(parts: readonly Place[], integer: boolean): Map<string, Bound> {
  const bounds = new Map<string, Bound>();
  for (const { value } of parts) {
    const schema = value as Record<string, unknown>;
    for (const [keys, sign, exclusiveKey] of [[lowerBounds, 1, 'exclusiveMinimum'], [upperBounds, -1, 'exclusiveMaximum']] as const) {
      const offer = (key: string, limit: unknown, exclusive: boolean): void => {
        if (typeof limit !== 'number') return;
        const bound = exclusive && integer ? { value: limit + sign, exclusive: false } : { value: limit, exclusive };
        const known = bounds.get(key);
        if (!known || isTighter(bound, known, sign)) bounds.set(key, bound);
      };
      // The first key is minimum or maximum. OpenAPI 3.0 has a boolean beside it, 3.1 a number of its own.
      for (const key of keys) offer(key, schema[key], key === keys[0] && schema[exclusiveKey] === true);
      offer(keys[0]!, schema[exclusiveKey], true);
    }
  }
  return bounds;
}

/** @param sign 1 for a lower bound, -1 for an upper one */
export function isTighter(bound: Bound, than: Bound, sign: 1 | -1): boolean {
  return bound.value === than.value ? bound.exclusive && !than.exclusive : (bound.value - than.value) * sign > 0;
}
