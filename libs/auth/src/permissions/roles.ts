import { assertGrant, permissionSet } from './permission-set.js';

/** What each role may do, written down once. */
export interface Roles<Role extends string = string, Granted extends string = string> {
  /** In the order in which they were written down; fits `z.enum`. */
  readonly names: readonly [Role, ...Role[]];
  /** Tells whether there is such a role. */
  has(name: string): name is Role;
  /** What was written down for a role. */
  grantsOf(role: Role): readonly Granted[];
  /**
   * Returns what these roles together permit; the same list gives the same set. A role that is not known permits nothing, so
   * that one which has been abolished can still stand in a token or a row.
   */
  permissionsOf(names: readonly string[]): ReadonlySet<string>;
}

/** The names of the roles: `type Role = RoleOf<typeof roles>`. */
export type RoleOf<R> = R extends Roles<infer Role, string> ? Role : never;

/** The permissions that some role names, wildcards left out. */
export type PermissionOf<R> = R extends Roles<string, infer Granted> ? Exclude<Granted, `${string}*`> : never;

/**
 * Declares what each role may do: permissions, `orders:*` for all below a word, `*` for everything.
 * @throws TypeError for a permission that is written wrongly, or no role at all
 * @example
 * const roles = defineRoles({ admin: ['*'], support: ['orders:read', 'users:read'], user: [] });
 */
export function defineRoles<const G extends Readonly<Record<string, readonly string[]>>>(grants: G): Roles<keyof G & string, G[keyof G][number]> {
  const known = new Map(Object.entries(grants).map(([role, granted]) => [role, granted as readonly G[keyof G][number][]]));
  if (known.size === 0) throw new TypeError('Declare at least one role.');
  for (const granted of known.values()) granted.forEach(assertGrant);

  const names = [...known.keys()];
  const compiled = new Map<string, ReadonlySet<string>>();
  const compile = (key: string, list: readonly string[]): ReadonlySet<string> => {
    const made = permissionSet(list.flatMap((name) => known.get(name)!));
    compiled.set(key, made);
    return made;
  };
  // Only names that are known become keys, so whatever a token says, there are no more sets than combinations in use.
  const keyOf = (list: readonly string[]): string => (list.length === 1 ? list[0]! : [...new Set(list)].sort().join('\n'));

  return {
    names: names as never,
    has: (name): name is keyof G & string => known.has(name),
    grantsOf: (role) => known.get(role) ?? [],
    permissionsOf(list) {
      const roles = list.every((name) => known.has(name)) ? list : list.filter((name) => known.has(name));
      const key = keyOf(roles);
      return compiled.get(key) ?? compile(key, roles);
    },
  };
}
