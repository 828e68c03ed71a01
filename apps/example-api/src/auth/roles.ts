import { defineRoles, type RoleOf } from '@org/enterprise-auth';

/** What each role allows; the one place that says so. What everybody may do with their own account needs no permission. */
export const appRoles = defineRoles({
  admin: ['users:*', 'products:write', 'orders:*', 'audit:read'],
  support: ['users:read', 'orders:own', 'orders:read', 'orders:ship', 'orders:complete', 'orders:cancel'],
  user: ['orders:own'],
});

export type Role = RoleOf<typeof appRoles>;

/** All roles, in the order in which they are written down. */
export const roles = appRoles.names;

export const isRole = (name: string): name is Role => appRoles.has(name);

/** Returns what all of these roles together allow. */
export const permissionsOf = (given: readonly string[]): ReadonlySet<string> => appRoles.permissionsOf(given);

const ofEveryUser = permissionsOf(['user']);

/** Tells whether somebody may do more than every user. By permissions, as an API key has no roles. */
export const isStaff = ({ permissions }: { readonly permissions: ReadonlySet<string> }): boolean => [...permissions].some((each) => !ofEveryUser.has(each));
