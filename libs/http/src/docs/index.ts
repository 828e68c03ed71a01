export { docsRoutes, type DocsDocument, type DocsRoutesOptions } from './docs-routes.js';
