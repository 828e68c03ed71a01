import { provide } from '@org/enterprise-di';
import { EventSink } from '../events/event-sink.js';
import { pageOf } from '../page-of.js';
import { joinName } from './person-name.js';
import { EmailTaken, UserConflict } from './user.errors.js';
import { sortKey, UserRepository, type UserFilters } from './user.repository.js';
import type { User } from './user.js';

/** Users that are gone with the process. */
export const memoryUserRepository = provide(UserRepository, { events: EventSink }, ({ events }): UserRepository => {
  const users = new Map<string, User>();
  const hashes = new Map<string, string>();
  let turn: Promise<unknown> = Promise.resolve();

  const holder = (email: string): User | undefined => [...users.values()].find((user) => user.email === email);
  function put(user: User, expected: number): void {
    const stored = users.get(user.id);
    if ((stored?.version ?? 0) !== expected) throw conflict(user.id, expected, stored);
    const { id = user.id } = holder(user.email) ?? {};
    if (id !== user.id) throw new EmailTaken();
    users.set(user.id, user);
  }

  return {
    async find(id) { return users.get(id); },
    async findByEmail(email) { return holder(email); },
    async add({ state, events: happened }, hash) {
      put(state, 0);
      hashes.set(state.id, hash);
      await events.append(happened);
    },
    async save({ state, events: happened }) {
      put(state, state.version - 1);
      await events.append(happened);
    },
    async remove({ state: { id, version }, events: happened }) {
      const stored = users.get(id);
      if (stored?.version !== version) throw conflict(id, version, stored);
      users.delete(id);
      hashes.delete(id);
      await events.append(happened);
    },
    async passwordHash(id) { return hashes.get(id); },
    async credentials(email) {
      const user = holder(email);
      return user && { user, passwordHash: hashes.get(user.id)! };
    },
    async setPasswordHash(id, hash) { if (users.has(id)) hashes.set(id, hash); },
    withAdministrators(body) {
      const result = turn.then(() => body(new Set([...users.values()].filter(({ roles }) => roles.includes('admin')).map(({ id }) => id))));
      turn = result.catch(() => {});
      return result;
    },
    async list(request) {
      return pageOf([...users.values()].filter((user) => fits(user, request.filters)), request, sortKey);
    },
  };
});

const conflict = (id: string, expected: number, stored: User | undefined) => new UserConflict({ id, expected, actual: stored?.version ?? 0 });

const fits = ({ roles, email, name }: User, { role, q }: UserFilters): boolean =>
  (role === undefined || roles.includes(role)) && (q === undefined || `${email}\n${joinName(name)}`.toLowerCase().includes(q.toLowerCase()));
