import { decided, type Decision } from '@org/enterprise-kernel';
import { roles as allRoles, type Role } from '../auth/roles.js';
import type { Email } from './email.js';
import { personName, sameName, type PersonName } from './person-name.js';
import { LastAdministrator, OwnRoles, UserStale } from './user.errors.js';
import { UserChanged, UserRegistered, UserRemoved, UserRolesChanged } from './user.events.js';

/** Somebody who can log in. What they prove themselves with is kept elsewhere. */
export interface User {
  readonly id: string;
  readonly email: Email;
  readonly name: PersonName;
  /** Each once, in the order in which roles are written down. */
  readonly roles: readonly Role[];
  /** Rises by one with every change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type UserDraft = Pick<User, 'id' | 'email' | 'name' | 'roles'>;

/** What can be changed of a user. */
export interface UserChange {
  readonly email?: Email | undefined;
  readonly name?: PersonName | undefined;
}

/** What has to be known of the others before somebody stops being an administrator. */
export interface AmongAdministrators {
  /** Id of the user who asks for it. */
  readonly by: string;
  /** Ids of all administrators there are. */
  readonly administrators: ReadonlySet<string>;
}

/** Adds a user. */
export function registerUser(draft: UserDraft, now: Date): Decision<User> {
  const user: User = { ...draft, name: personName(draft.name), roles: inOrder(draft.roles), version: 1, createdAt: now, updatedAt: now };
  return decided(user, UserRegistered({ user_id: user.id, roles: [...user.roles] }));
}

/** Changes what is known of a user; one that stays the same is not a change. */
export function changeUser(user: User, { email = user.email, name = user.name }: UserChange, now: Date): Decision<User> {
  const change = { email, name: personName(name) };
  const fields = [
    ...(email === user.email ? [] : ['email'] as const),
    ...(sameName(change.name, user.name) ? [] : ['name'] as const),
  ];
  return fields.length === 0 ? decided(user) : decided(next(user, change, now), UserChanged({ user_id: user.id, fields }));
}

/**
 * Gives a user these roles and no others; the same ones again are not a change.
 * @throws OWN_ROLES, LAST_ADMINISTRATOR
 */
export function changeRoles(user: User, wanted: readonly Role[], { by, administrators }: AmongAdministrators, now: Date): Decision<User> {
  if (by === user.id) throw new OwnRoles();
  const roles = inOrder(wanted);
  if (roles.join() === user.roles.join()) return decided(user);
  if (!roles.includes('admin')) assertNotLast(user, administrators);
  return decided(next(user, { roles }, now), UserRolesChanged({ user_id: user.id, roles }));
}

/** Removes a user. @throws LAST_ADMINISTRATOR */
export function removeUser(user: User, administrators: ReadonlySet<string>): Decision<User> {
  assertNotLast(user, administrators);
  return decided(user, UserRemoved({ user_id: user.id }));
}

/** @throws USER_STALE when the user is not at the version that the caller has seen */
export function assertVersion(user: User, expected: number | undefined): void {
  if (expected !== undefined && user.version !== expected) throw new UserStale({ id: user.id, expected, actual: user.version });
}

function assertNotLast({ id }: User, administrators: ReadonlySet<string>): void {
  if (administrators.has(id) && administrators.size === 1) throw new LastAdministrator({ id });
}

const inOrder = (roles: readonly Role[]): Role[] => allRoles.filter((role) => roles.includes(role));

const next = (user: User, change: Partial<User>, now: Date): User => ({ ...user, ...change, version: user.version + 1, updatedAt: now });
