/** What each role allows; the one place that says so. */
const granted = {
  admin: ['users:read', 'users:write', 'products:write', 'orders:read', 'orders:pay', 'orders:ship', 'orders:complete', 'orders:cancel', 'audit:read'],
  support: ['users:read', 'orders:read', 'orders:ship', 'orders:complete', 'orders:cancel'],
  /** What every user may do with their own things needs no permission. */
  user: [],
} as const satisfies Record<string, readonly string[]>;

export type Role = keyof typeof granted;

/** All roles, in the order in which they are written down. */
export const roles = Object.keys(granted) as [Role, ...Role[]];

export const isRole = (name: string): name is Role => Object.hasOwn(granted, name);

/** Tells whether somebody has a role beyond that of every user. */
export const isStaff = ({ roles: given }: { readonly roles: readonly string[] }): boolean => given.some((role) => role !== 'user');

/** Returns what all of these roles together allow. */
export const permissionsOf = (given: readonly Role[]): ReadonlySet<string> => new Set(given.flatMap((role): readonly string[] => granted[role]));
