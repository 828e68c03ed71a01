import type { Access } from '../access.js';
import { plainRoute, type PlainRoute } from '../plain-route.js';
import { staticContent } from '../static-content.js';
import { ownAsset, rendererAsset, type Asset } from './assets.js';
import { docsPage } from './page.js';

export interface DocsDocument {
  /** As people call it: `v2`. */
  readonly name: string;
  /** Of an OpenAPI document on the same origin: `/api/v2/openapi.json`. */
  readonly url: string;
}

export interface DocsRoutesOptions {
  readonly title: string;
  /** The documents to choose from; the first is shown first. */
  readonly documents: readonly DocsDocument[];
  /** @default /docs */
  readonly path?: `/${string}`;
  /** Who may read the page. @default public */
  readonly access?: Access;
  /** Further origins that requests may be tried on, for documents with servers of their own. @default none */
  readonly connectTo?: readonly string[];
}

/**
 * Serves an API reference page and all that it loads, from this process alone: it works offline and under a
 * Content-Security-Policy without `unsafe-inline` and `unsafe-eval`. Needs the package `swagger-ui-dist`.
 * @throws TypeError when `swagger-ui-dist` is not installed, or there is nothing to show
 * @example
 * docsRoutes({ title: 'Shop', documents: [{ name: 'v2', url: '/api/v2/openapi.json' }] });
 */
export function docsRoutes({ title, documents, path = '/docs', access = 'public', connectTo = [] }: DocsRoutesOptions): PlainRoute[] {
  if (documents.length === 0) throw new TypeError('The API reference page needs at least one document.');
  if (path.endsWith('/')) throw new TypeError(`The API reference page cannot be at "${path}": it needs a path without a slash at its end.`);
  const theirStyle = rendererAsset('swagger-ui.css');
  const theirScript = rendererAsset('swagger-ui-bundle.js');
  // In a layer their rules yield to ours, however specific they are.
  const style = ownAsset('docs.css', `@import url('../${theirStyle.version}/${theirStyle.name}') layer(renderer);\n`);
  const script = ownAsset('docs.js');
  // Relative to the page, so that it still works behind a proxy or host that takes a prefix off.
  const folder = path.slice(path.lastIndexOf('/') + 1);
  const from = ({ version, name }: Asset): string => `${folder}/${version}/${name}`;
  const html = docsPage({ title, documents, style: from(style), scripts: [from(theirScript), from(script)] });

  const page = staticContent({
    type: 'text/html; charset=utf-8',
    cache: access === 'public' ? 'no-cache' : 'private, no-cache',
    headers: ['Content-Security-Policy', contentSecurityPolicy(connectTo), 'X-Content-Type-Options', 'nosniff', 'Referrer-Policy', 'no-referrer'],
    load: () => html,
  });
  return [
    plainRoute({ method: 'GET', path, access, handle: page }),
    // What people type; the page's relative addresses would lead elsewhere from there.
    plainRoute({ method: 'GET', path: `${path}/`, access, handle: () => ({ status: 308, headers: ['Location', `../${folder}`], body: undefined }) }),
    // Without a limit: a page and its parts should not use up what a caller has. They hold nothing secret.
    ...[theirStyle, theirScript, style, script].map(({ version, name, type, load }) => plainRoute({
      method: 'GET',
      path: `${path}/${version}/${name}`,
      access: 'public',
      rate: 0,
      handle: staticContent({ type, cache: 'public, max-age=31536000, immutable', headers: ['X-Content-Type-Options', 'nosniff'], load }),
    })),
  ];
}

const contentSecurityPolicy = (connectTo: readonly string[]): string => [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", `connect-src ${["'self'", ...connectTo].join(' ')}`,
  "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join('; ');
