export {
  openApiDocument,
  type DescribeApiOptions,
  type OpenApiDocument,
  type OpenApiDocumentOptions,
  type OpenApiInfo,
  type OpenApiObject,
  type OpenApiServer,
} from './document.js';
export { openApiRoutes, type OpenApiRoutesOptions } from './routes.js';
