import { token, type Decision } from '@org/enterprise-kernel';
import type { ListRequest, ListResult } from '@org/enterprise-http';
import type { Role } from '../auth/roles.js';
import type { Email } from './email.js';
import { joinName } from './person-name.js';
import type { User } from './user.js';

export type UserSort = 'email' | 'name' | 'created_at';

export interface UserFilters {
  readonly role?: Role | undefined;
  /** Part of the address or of the whole name, taken literally and without regard to case. */
  readonly q?: string | undefined;
}

export interface UserRepository {
  find(id: string): Promise<User | undefined>;
  findByEmail(email: Email): Promise<User | undefined>;
  list(request: ListRequest<UserSort, UserFilters>): Promise<ListResult<User>>;
  /** Stores a new user with the hash of a password. @throws EMAIL_TAKEN; USER_CONFLICT when the id is taken */
  add(decision: Decision<User>, passwordHash: string): Promise<void>;
  /** Stores the next version of a known user. @throws EMAIL_TAKEN; USER_CONFLICT when another version came first */
  save(decision: Decision<User>): Promise<void>;
  /** Removes the user of the decision, hash and all. @throws USER_CONFLICT when it is not at this version any more */
  remove(decision: Decision<User>): Promise<void>;
  /** Returns the one thing that belongs to no {@link User}: what a password is compared with. */
  passwordHash(id: string): Promise<string | undefined>;
  /** Returns somebody with their hash, by one look: whether there is such a user must not show in the time it takes. */
  credentials(email: Email): Promise<{ readonly user: User; readonly passwordHash: string } | undefined>;
  setPasswordHash(id: string, hash: string): Promise<void>;
  /** Runs `body` with the ids of all administrators, none of whom is changed by anybody else until it ends. */
  withAdministrators<R>(body: (ids: ReadonlySet<string>) => Promise<R>): Promise<R>;
}
export const UserRepository = token<UserRepository>('user.UserRepository');

/** Values that users are sorted by, and cursors made of. */
export function sortKey(user: User, field: string): string {
  switch (field) {
    case 'email': return user.email;
    case 'name': return joinName(user.name);
    case 'created_at': return user.createdAt.toISOString();
    default: return user.id;
  }
}
