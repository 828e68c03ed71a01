import { formatMatrix, permissionMatrix } from '@org/enterprise-auth';
import type { Dispatcher } from '@org/enterprise-http';
import { appRoles } from './roles.js';

/** Everything that is served, with who may have it, as a page. */
export const permissionsPage = ({ routes, plain }: Pick<Dispatcher, 'routes' | 'plain'>): string => `# Who may do what

Derived from the contracts by \`npm run permissions\`. A test asks every route as everybody and holds the answers against it. \`own\`: it depends on
whose it is. \`authenticated\` is somebody without any role, such as an API key without scopes.

${formatMatrix(permissionMatrix([...routes, ...plain], appRoles))}`;
