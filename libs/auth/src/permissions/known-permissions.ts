import { accessOfRoutes, type DeclaredRoute } from './declared-routes.js';
import { permits } from './permission-set.js';
import type { Policy } from './policy.js';
import type { Roles } from './roles.js';

export interface KnownPermissions {
  readonly routes: Iterable<DeclaredRoute>;
  /** Policies that are asked without being the access of a route. @default none */
  readonly policies?: readonly Policy[];
  /** Permissions that only code asks for. @default none */
  readonly others?: readonly string[];
}

/**
 * Refuses roles that grant what nothing asks for: a misspelt permission allows nobody anything, and nobody would see why.
 * @throws TypeError that names every such permission and its roles
 */
export function assertPermissionsKnown(roles: Roles, { routes, policies = [], others = [] }: KnownPermissions): void {
  const asked = [...accessOfRoutes(routes).flatMap(({ access }) => access.permissions), ...policies.flatMap(({ permissions }) => permissions), ...others];
  const unknown = roles.names.flatMap((role) => roles.grantsOf(role)
    .filter((granted) => granted !== '*' && !asked.some((permission) => permits(new Set([granted]), permission)))
    .map((granted) => `${role} has "${granted}"`));
  if (unknown.length > 0) throw new TypeError(`Some roles have permissions that no route and no policy asks for: ${unknown.join(', ')}.`);
}
