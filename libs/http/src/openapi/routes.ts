import type { ApiVersion } from '@org/enterprise-versioning';
import type { Access } from '../access.js';
import type { ServedRoutes } from '../dispatcher.js';
import { plainRoute, type PlainRoute } from '../plain-route.js';
import { staticContent } from '../static-content.js';
import { openApiDocument, type DescribeApiOptions } from './document.js';

export interface OpenApiRoutesOptions extends DescribeApiOptions {
  /** Where a version's document is. @default `<prefix>/<version>/openapi.json` */
  readonly path?: (version: ApiVersion) => `/${string}`;
  /** Who may read the documents. @default public */
  readonly access?: Access;
}

/**
 * Serves the document of every version, for the dispatcher's `plain`. A document is made when it is first asked for.
 * @example
 * createDispatcher({ versions, routes, plain: (served) => openApiRoutes(served, { info: { title: 'Shop' } }) });
 */
export function openApiRoutes(served: ServedRoutes, { path, access = 'public', ...describe }: OpenApiRoutesOptions): PlainRoute[] {
  const { prefix, versions } = served.versions;
  return versions.map((version) => plainRoute({
    method: 'GET',
    path: path?.(version) ?? `${prefix as `/${string}`}/${version.name}/openapi.json`,
    access,
    handle: staticContent({
      type: 'application/json; charset=utf-8',
      cache: access === 'public' ? 'no-cache' : 'private, no-cache',
      load: () => JSON.stringify(openApiDocument(served, { ...describe, version: version.name })),
    }),
  }));
}
