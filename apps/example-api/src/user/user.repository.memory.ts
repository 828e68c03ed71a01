import { provide } from '@org/enterprise-di';
import type { SortKey } from '@org/enterprise-http';
import { EventSink } from '../events/event-sink.js';
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
    async list({ page, pageSize, sort, filters, after }) {
      const compare = (a: readonly SortKey[], b: readonly SortKey[]): number => {
        for (const [i, { direction }] of sort.entries()) {
          const [x, y] = [a[i]!, b[i]!];
          if (x !== y) return (x < y ? -1 : 1) * (direction === 'asc' ? 1 : -1);
        }
        return 0;
      };
      const keyed = [...users.values()].filter((user) => fits(user, filters))
        .map((user) => ({ user, key: sort.map(({ field }) => sortKey(user, field)) }))
        .sort((a, b) => compare(a.key, b.key));
      const rest = after ? keyed.filter(({ key }) => compare(key, after) > 0) : keyed.slice((page! - 1) * pageSize);
      return { items: rest.slice(0, pageSize).map(({ user }) => user), total: keyed.length, more: rest.length > pageSize };
    },
  };
});

const conflict = (id: string, expected: number, stored: User | undefined) => new UserConflict({ id, expected, actual: stored?.version ?? 0 });

const fits = ({ roles, email, name }: User, { role, q }: UserFilters): boolean =>
  (role === undefined || roles.includes(role)) && (q === undefined || `${email}\n${joinName(name)}`.toLowerCase().includes(q.toLowerCase()));
