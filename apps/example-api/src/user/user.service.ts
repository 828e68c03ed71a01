import { Passwords } from '@org/enterprise-auth/passwords';
import { service } from '@org/enterprise-di';
import { isUuid, uuidv7, type Decision } from '@org/enterprise-kernel';
import type { Role } from '../auth/roles.js';
import { Clock } from '../platform.js';
import { joinName } from './person-name.js';
import { UserAccess } from './user-access.js';
import { UserNotFound } from './user.errors.js';
import { UserRepository } from './user.repository.js';
import { assertVersion, changeRoles, changeUser, registerUser, removeUser, type User, type UserChange, type UserDraft } from './user.js';

export interface Registration extends Pick<UserDraft, 'email' | 'name'> {
  readonly password: string;
  /** @default that of every user */
  readonly roles?: readonly Role[];
}

export const UserService = service('user.UserService', { users: UserRepository, passwords: Passwords, access: UserAccess, clock: Clock }, ({ users, passwords, access, clock }) => {
  const now = (): Date => new Date(clock.now());

  async function get(id: string): Promise<User> {
    // Callers need not be users: the id of a service is no UUID.
    const user = isUuid(id) ? await users.find(id) : undefined;
    if (!user) throw new UserNotFound({ id });
    return user;
  }

  async function current(id: string, expected: number | undefined): Promise<User> {
    const user = await get(id);
    assertVersion(user, expected);
    return user;
  }

  async function saved(user: User, decision: Decision<User>): Promise<User> {
    if (decision.state !== user) await users.save(decision);
    return decision.state;
  }

  return {
    get,
    list: users.list,
    async register({ email, name, password, roles = ['user'] }: Registration): Promise<User> {
      // Before the unit of work: nobody shall wait for a connection while a password is hashed.
      const hash = await passwords.hash(password, { email, name: joinName(name) });
      const decision = registerUser({ id: uuidv7(), email, name, roles }, now());
      await users.add(decision, hash);
      return decision.state;
    },
    async change(id: string, change: UserChange, expected?: number): Promise<User> {
      const user = await current(id, expected);
      return saved(user, changeUser(user, change, now()));
    },
    /** `by` is the id of the user who asks for it. */
    changeRoles: (id: string, roles: readonly Role[], by: string, expected?: number): Promise<User> => users.withAdministrators(async (administrators) => {
      const user = await current(id, expected);
      const decision = changeRoles(user, roles, { by, administrators }, now());
      if (decision.state !== user) await access.rolesChanged(id);
      return saved(user, decision);
    }),
    remove: (id: string, expected?: number): Promise<void> => users.withAdministrators(async (administrators) => {
      await users.remove(removeUser(await current(id, expected), administrators));
      await access.removed(id);
    }),
  };
});
