import type { ErrorClass } from '@org/enterprise-kernel';
import type { ApiVersion, VersionSet } from '@org/enterprise-versioning';
import { permissionOf } from '../access.js';
import type { AnySpec } from '../declarations.js';
import type { CompiledRoute } from '../routes.js';
import { readerOf } from '../special-body.js';
import { answersOf } from './answers.js';
import type { Components } from './components.js';
import type { OpenApiObject } from './document.js';
import { exampleOf } from './example.js';
import { failuresOf } from './failures.js';
import { parametersOf } from './parameters.js';
import type { Security } from './security.js';

/** What every part of a document's description needs. */
export interface DescribeOptions {
  readonly components: Components;
  readonly requirementOf: Security['requirementOf'];
  readonly versions: VersionSet;
  readonly version: ApiVersion;
  /** Whether the path names the version. */
  readonly inPath: boolean;
  /** What anything around the routes can answer. */
  readonly errors: readonly ErrorClass[];
  /** Headers that middleware adds to every answer. */
  readonly headers: Readonly<Record<string, object>> | undefined;
}

/** Describes one route as an OpenAPI Operation Object. */
export function operationOf({ operationId, contract, spec }: CompiledRoute, options: DescribeOptions): OpenApiObject {
  const name = operationId.split(/\W+/).map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  const description = [spec.description, accessText(spec)].filter(Boolean).join('\n\n');
  const parameters = parametersOf(spec, name, options);
  return {
    operationId,
    tags: spec.tags ?? [contract],
    summary: spec.summary,
    ...(description !== '' && { description }),
    ...((spec.deprecated || options.version.lifecycle.deprecated !== undefined) && { deprecated: true }),
    'x-access': typeof spec.access === 'object' ? spec.access.document : spec.access,
    security: options.requirementOf(spec.access),
    ...(parameters.length > 0 && { parameters }),
    ...(spec.body && { requestBody: bodyOf(spec, name, options) }),
    responses: { ...answersOf(spec, name, options), ...failuresOf(spec, options) },
  };
}

function accessText({ access }: AnySpec): string | undefined {
  if (typeof access === 'object') return access.description;
  const permission = permissionOf(access);
  return permission === undefined ? undefined : `Needs the permission \`${permission}\`.`;
}

function bodyOf({ body }: AnySpec, name: string, { components }: DescribeOptions): object {
  const special = readerOf(body);
  if (special) return { required: true, content: Object.fromEntries(special.types.map((type) => [type, { schema: components.adopt(special.schema(), `${name}Body`) }])) };
  const { schema, required } = components.schema('request', body, `${name}Body`);
  const example = exampleOf(schema, body, (ref) => components.resolve(ref));
  return { required, content: { 'application/json': { schema, ...(example && { example: example.value }) } } };
}
