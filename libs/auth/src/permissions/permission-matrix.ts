import { anonymous, type Caller } from '@org/enterprise-kernel';
import type { Reach } from './access.js';
import { accessOfRoutes, type DeclaredRoute } from './declared-routes.js';
import type { Roles } from './roles.js';

/** Who may call what, as it was declared. */
export interface PermissionMatrix<Role extends string = string> {
  /** `anonymous`, `authenticated` (known, without a role), then the roles as they were written down. */
  readonly columns: readonly ('anonymous' | 'authenticated' | Role)[];
  /** By path, then method. */
  readonly rows: readonly PermissionMatrixRow<Role>[];
}

export interface PermissionMatrixRow<Role extends string = string> {
  readonly method: string;
  readonly path: string;
  /** API versions that the row is about; empty where there are none. */
  readonly versions: readonly string[];
  /** `public`, `authenticated`, a permission, or the name of a policy. */
  readonly access: string;
  /** `own`: it depends on the resource. */
  readonly cells: Readonly<Record<'anonymous' | 'authenticated' | Role, Reach>>;
}

/**
 * Says for every route whether anonymous callers, known ones and each role are allowed it; from the declarations alone, so
 * that an application can print it, commit it, and hold its answers against it.
 * @param routes contracts' routes (`Object.values(contract)`), a dispatcher's `routes` and `plain`, or declarations of your own
 * @throws TypeError for a route that does not say who has access
 */
export function permissionMatrix<Role extends string>(routes: Iterable<DeclaredRoute>, roles: Roles<Role>): PermissionMatrix<Role> {
  const columns: readonly ('anonymous' | 'authenticated' | Role)[] = ['anonymous', 'authenticated', ...roles.names];
  const known = (names: readonly string[]): Caller => ({ id: 'somebody', kind: 'user', roles: names, permissions: roles.permissionsOf(names) });
  const callers = [anonymous, known([]), ...roles.names.map((role) => known([role]))];
  return {
    columns,
    rows: accessOfRoutes(routes).map(({ method, path, versions, access }) => ({
      method, path, versions, access: access.label,
      cells: Object.fromEntries(columns.map((column, i) => [column, access.reach(callers[i]!)])) as never,
    })),
  };
}

/** Writes a matrix as a Markdown table. */
export function formatMatrix({ columns, rows }: PermissionMatrix): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const versioned = rows.some(({ versions }) => versions.length > 0);
  const head = ['route', ...(versioned ? ['versions'] : []), 'access', ...columns];
  return [head, head.map(() => '---'), ...rows.map(({ method, path, versions, access, cells }) => [
    `${method} ${path}`, ...(versioned ? [versions.join(', ')] : []), `\`${access}\``, ...columns.map((column) => cells[column] ?? ''),
  ])].map(line).join('');
}
