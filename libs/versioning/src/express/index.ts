export { apiVersion, versionOf, type ApiVersionOptions } from './middleware.js';
export { versionedRouter, type VersionedRouter, type VersionRoutes } from './router.js';
export { versionErrors } from './version-errors.js';
