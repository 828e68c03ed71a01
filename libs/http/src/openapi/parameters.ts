import type { AnySpec } from '../declarations.js';
import type { Components } from './components.js';
import type { JsonSchema } from './json-schema.js';
import type { DescribeOptions } from './operation.js';

type Place = 'path' | 'query' | 'header';

/** Describes the parameters of a route: path, query and headers, its preconditions among them. */
export function parametersOf(spec: AnySpec, name: string, { components, versions, version, inPath }: DescribeOptions): object[] {
  const declared = ([['path', spec.params], ['query', spec.query], ['header', spec.headers]] as const)
    .flatMap(([place, schema]) => (schema ? fieldsOf(components.schema('request', schema, `${name}${capital(place)}`).schema, components).map((field) => parameter(place, field)) : []));
  const has = (header: string): boolean => declared.some((one) => one.in === 'header' && one.name.toLowerCase() === header.toLowerCase());
  const own = [
    // RFC 9110 section 13.1.1
    spec.ifMatch && header('If-Match', spec.ifMatch === 'required', 'ETag of what was read: the change is refused if it is not the current one any more. `*` stands for any.'),
    spec.idempotency && header('Idempotency-Key', spec.idempotency === 'required', 'Chosen anew for each intention, such as a UUID. A repeat with the same key takes no effect again and gets the first answer.'),
    // RFC 9110 section 13.1.2
    spec.method === 'GET' && spec.returns.options.etag !== undefined && header('If-None-Match', false, 'ETag of what is already there: the answer is 304 if it still holds.'),
    !inPath && versions.vary !== '' && !/[, ]|^accept$/i.test(versions.vary) && { ...header(versions.vary, versions.default !== version, 'Version of the API.'), schema: { type: 'string', const: version.name } },
  ].filter((one) => one !== false && one !== undefined && !has(one.name));
  // OpenAPI has these described elsewhere and ignores them as parameters (section 4.8.12.1).
  return [...declared.filter((one) => one.in !== 'header' || !/^(?:accept|content-type|authorization)$/i.test(one.name)), ...own as object[]];
}

const header = (name: string, required: boolean, description: string) => ({ name, in: 'header', required, description, schema: { type: 'string' } });

interface Field { readonly name: string; readonly schema: JsonSchema; readonly required: boolean }

function parameter(place: Place, { name, schema, required }: Field) {
  const { description, deprecated, ...rest } = schema;
  return {
    name,
    in: place,
    required: required || place === 'path',
    ...(description !== undefined && { description }),
    ...(deprecated === true && { deprecated }),
    // A repeated key, as the dispatcher reads it: ?category=tea&category=coffee
    ...(place === 'query' && schema['type'] === 'array' && { style: 'form', explode: true }),
    schema: rest,
  };
}

/** The properties of an object schema, also of one that is put together of several. */
function fieldsOf(schema: JsonSchema, components: Components): Field[] {
  if (typeof schema['$ref'] === 'string') return fieldsOf(components.resolve(schema['$ref']), components);
  const fields = new Map<string, Field>();
  const required = new Set(schema['required'] as string[] | undefined);
  for (const [name, property] of Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)) fields.set(name, { name, schema: property, required: required.has(name) });
  for (const part of (schema['allOf'] ?? []) as JsonSchema[]) for (const field of fieldsOf(part, components)) fields.set(field.name, fields.get(field.name) ?? field);
  const options = ((schema['oneOf'] ?? schema['anyOf'] ?? []) as JsonSchema[]).map((option) => fieldsOf(option, components));
  for (const name of new Set(options.flat().map((field) => field.name))) {
    const found = options.map((option) => option.find((field) => field.name === name));
    const present = found.filter((field) => field !== undefined);
    const kinds = [...new Map(present.map((field) => [JSON.stringify(field.schema), field.schema])).values()];
    fields.set(name, { name, schema: kinds.length === 1 ? kinds[0]! : { anyOf: kinds }, required: found.every((field) => field?.required) });
  }
  return [...fields.values()];
}

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);
