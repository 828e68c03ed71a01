import type { ErrorClass } from '@org/enterprise-kernel';
import { ApiVersionGone, type ApiVersion, type VersionSet } from '@org/enterprise-versioning';
import type { Authenticator } from '../access.js';
import type { ServedRoutes } from '../dispatcher.js';
import type { CompiledRoute } from '../routes.js';
import { createComponents } from './components.js';
import { operationOf, type DescribeOptions } from './operation.js';
import { securityOf } from './security.js';

/** A part of a document, as plain JSON. */
export type OpenApiObject = { readonly [key: string]: any };

/** An OpenAPI 3.1 document, as plain JSON. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: OpenApiInfo & { readonly version: string };
  readonly servers: readonly OpenApiServer[];
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  /** Operations by path and method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiObject>>>>;
  readonly components: OpenApiObject;
}

export interface OpenApiInfo {
  readonly title: string;
  /** Of the document. @default the name of the API version */
  readonly version?: string;
  readonly summary?: string;
  /** In Markdown. What the version's lifecycle says is added to it. */
  readonly description?: string;
  readonly termsOfService?: string;
  readonly contact?: { readonly name?: string; readonly url?: string; readonly email?: string };
  readonly license?: { readonly name: string; readonly identifier?: string; readonly url?: string };
}

export interface OpenApiServer {
  /** Origin in front of the API, without a slash at the end: `https://api.example.com`. */
  readonly url: string;
  readonly description?: string;
}

export interface DescribeApiOptions {
  readonly info: OpenApiInfo;
  /** Where the API is reached; the version's path is added. @default the origin that served the document */
  readonly servers?: readonly OpenApiServer[];
  /** Descriptions by tag, in Markdown; their order is the order of the tags. @default the contracts' order, without descriptions */
  readonly tags?: Readonly<Record<string, string>>;
  /** Its `securitySchemes` are how callers identify themselves. @default none */
  readonly authenticator?: Pick<Authenticator, 'securitySchemes'>;
  /** Further ways, by name. @default bearer tokens, where a route needs a caller and no way is known */
  readonly securitySchemes?: Readonly<Record<string, object>>;
  /** Errors of the authenticator and of middleware, which no contract declares. @default none */
  readonly errors?: readonly ErrorClass[];
  /** Headers that middleware adds to every answer, as OpenAPI Header Objects by name. @default X-Request-Id and those of the rate limiter */
  readonly headers?: Readonly<Record<string, object>>;
}

export interface OpenApiDocumentOptions extends DescribeApiOptions {
  /** Name of the API version to describe: `v1`. */
  readonly version: string;
}

/**
 * Describes one version of an API as it is served. The same routes give the same document, byte for byte.
 * @throws TypeError for an unknown version, or two schemas with one id
 * @see https://spec.openapis.org/oas/v3.1.0
 */
export function openApiDocument({ versions, routes }: ServedRoutes, options: OpenApiDocumentOptions): OpenApiDocument {
  const version = versions.get(options.version);
  if (!version) throw new TypeError(`There is no API version "${options.version}" (${versions.versions.map(({ name }) => name).join(', ')}).`);
  const own = routes.filter((route) => route.version.name === version.name);
  const components = createComponents();
  const { schemes, requirementOf } = securityOf(own, options);
  const describe: DescribeOptions = { components, requirementOf, versions, version, inPath: isInPath(versions, version), errors: options.errors ?? [], headers: options.headers };

  const { root, components: parts } = components.settle({
    tags: tagsOf(own, options.tags ?? {}),
    paths: pathsOf(own, (route) => operationOf(route, describe)),
  });
  const { title, summary, description, version: release = version.name, ...info } = options.info;
  const text = [description, lifecycleText(version)].filter(Boolean).join('\n\n');
  return {
    openapi: '3.1.0',
    info: { title, ...(summary !== undefined && { summary }), ...(text !== '' && { description: text }), version: release, ...info },
    servers: serversOf(versions, describe, options.servers),
    ...root,
    components: { ...parts, ...(Object.keys(schemes).length > 0 && { securitySchemes: schemes }) },
  };
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

function pathsOf(routes: readonly CompiledRoute[], describe: (route: CompiledRoute) => OpenApiObject): Record<string, Record<string, OpenApiObject>> {
  const paths: Record<string, Record<string, OpenApiObject>> = {};
  const inOrder = (a: CompiledRoute, b: CompiledRoute): number =>
    a.spec.path < b.spec.path ? -1 : a.spec.path > b.spec.path ? 1 : methods.indexOf(a.spec.method) - methods.indexOf(b.spec.method);
  for (const route of [...routes].sort(inOrder)) (paths[route.spec.path] ??= {})[route.spec.method.toLowerCase()] = describe(route);
  return paths;
}

function tagsOf(routes: readonly CompiledRoute[], described: Readonly<Record<string, string>>): OpenApiDocument['tags'] {
  const used = new Set(routes.flatMap(({ spec, contract }) => spec.tags ?? [contract]));
  const order = new Set([...Object.keys(described).filter((name) => used.has(name)), ...used]);
  return [...order].map((name) => ({ name, ...(described[name] !== undefined && { description: described[name] }) }));
}

/** Tells whether the path names the version, as in `/api/v1/products`. */
function isInPath({ prefix, negotiate }: VersionSet, { name }: ApiVersion): boolean {
  try {
    const found = negotiate({ path: `${prefix}/${name}/x`, header: () => undefined });
    return found.version.name === name && found.path === '/x';
  } catch (error) {
    return ApiVersionGone.is(error); // it was found, though it is past its sunset
  }
}

function serversOf({ prefix }: VersionSet, { inPath, version }: DescribeOptions, origins: readonly OpenApiServer[] = [{ url: '' }]): readonly OpenApiServer[] {
  const path = inPath ? `${prefix}/${version.name}` : prefix;
  return origins.map(({ url, ...server }) => ({ url: `${url}${path}` || '/', ...server }));
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Markdown links whole addresses only. */
const linkTo = (address: string): string => (/^https?:/.test(address) ? `<${address}>` : `\`${address}\``);

function lifecycleText({ name, lifecycle: { deprecated, sunset, info, successor } }: ApiVersion): string {
  const sentences = [
    deprecated !== undefined && `Version ${name} is deprecated since ${day(deprecated)}.`,
    sunset !== undefined && `It may stop answering on ${day(sunset)}.`,
    successor !== undefined && `Its successor is ${linkTo(successor)}.`,
    info !== undefined && `More about it: ${linkTo(info)}.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(' ');
}
