import type { Authenticator, PlainRoute, ServedRoutes } from '@org/enterprise-http';
import { docsRoutes } from '@org/enterprise-http/docs';
import { openApiRoutes } from '@org/enterprise-http/openapi';

const title = 'Example API';

const info = {
  title,
  description: 'Products, users and orders: the reference application of the enterprise libraries.',
  license: { name: 'MIT', identifier: 'MIT' },
};

const tags = {
  auth: 'Becoming a user, logging in and out, devices, passwords and API keys.',
  users: 'Oneself, and for administrators everybody.',
  orders: 'What customers order, from placed to completed or cancelled. Customers pay and cancel their own; what staff may do is a permission each.',
  products: 'The catalogue and its stock. Everybody reads; changing needs the permission `products:write`.',
  audit: 'What administrators did.',
  system: 'About the API itself.',
};

/** The API documents, and the page that shows them unless it is switched off. */
export function referenceRoutes(served: ServedRoutes, authenticator: Authenticator, page: boolean): PlainRoute[] {
  const documents = served.versions.versions.toReversed()
    .map(({ name, lifecycle }) => ({ name: lifecycle.deprecated === undefined ? name : `${name} (deprecated)`, url: `/api/${name}/openapi.json` }));
  return [...openApiRoutes(served, { info, tags, authenticator }), ...(page ? docsRoutes({ title, documents }) : [])];
}
