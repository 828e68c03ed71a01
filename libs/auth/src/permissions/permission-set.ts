/** Words that colons join: `orders:read`. */
const name = /^[^\s:*]+(?::[^\s:*]+)*$/;
/** As a name, with `*` for everything or `:*` at its end for everything below. */
const grant = /^(?:\*|[^\s:*]+(?::[^\s:*]+)*(?::\*)?)$/;

/** @throws TypeError for what is not the name of one permission */
export function assertPermission(permission: string): void {
  if (!name.test(permission)) throw new TypeError(`"${permission}" is not the name of a permission; write words joined by colons, such as orders:read.`);
}

/** @throws TypeError for what can be granted to nobody */
export function assertGrant(permission: string): void {
  if (!grant.test(permission)) throw new TypeError(`"${permission}" cannot be granted; write a permission (orders:read), all below a word (orders:*), or all (*).`);
}

/**
 * Permissions as they were granted, whose `has` knows what a wildcard stands for. It does not change, since requests share it.
 */
class PermissionSet extends Set<string> {
  readonly #all: boolean;
  /** `orders:` for `orders:*`. */
  readonly #prefixes: readonly string[];

  constructor(granted: Iterable<string>) {
    super();
    for (const permission of granted) {
      assertGrant(permission);
      super.add(permission);
    }
    this.#all = super.has('*');
    this.#prefixes = [...this].filter((permission) => permission.endsWith(':*')).map((permission) => permission.slice(0, -1));
  }

  override has(wanted: string): boolean {
    if (this.#all || super.has(wanted)) return true;
    for (const prefix of this.#prefixes) if (wanted.startsWith(prefix)) return true;
    return false;
  }

  override add(): never { return unchangeable(); }
  override delete(): never { return unchangeable(); }
  override clear(): never { return unchangeable(); }
}

function unchangeable(): never {
  throw new TypeError('A set of permissions cannot be changed; make another one.');
}

/**
 * Returns a set whose `has` understands the wildcards in it: `orders:*` has `orders:read` and `orders:items:read`, but not
 * `orders`; `*` has everything. It cannot be changed.
 * @throws TypeError for a permission that is not words joined by colons, with or without a wildcard at the end
 */
export const permissionSet = (granted: Iterable<string>): ReadonlySet<string> => new PermissionSet(granted);

/** Tells whether `wanted` is among the permissions of any set, itself or by a wildcard. */
export function permits(granted: ReadonlySet<string>, wanted: string): boolean {
  if (granted.has(wanted) || granted.has('*')) return true;
  for (let colon = wanted.lastIndexOf(':'); colon > 0; colon = wanted.lastIndexOf(':', colon - 1)) {
    if (granted.has(`${wanted.slice(0, colon)}:*`)) return true;
  }
  return false;
}

/** Returns what grants a permission, as it was granted: itself, or the narrowest wildcard that stands for it. */
export const grantFor = (granted: ReadonlySet<string>, wanted: string): string | undefined =>
  [...granted].filter((each) => permits(new Set([each]), wanted)).sort((a, b) => b.length - a.length)[0];

/**
 * Returns what both sets permit, wildcards included: of `orders:*` and `orders:read users:*` it is `orders:read`. For
 * credentials that may do less than who made them: the scopes of an API key, as far as its owner has them now.
 */
export const commonPermissions = (one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> =>
  permissionSet([...[...one].filter((permission) => permits(other, permission)), ...[...other].filter((permission) => permits(one, permission))]);
