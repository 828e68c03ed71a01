import type { ListRequest, SortKey } from '@org/enterprise-http';
import type { DomainEvent } from '@org/enterprise-kernel';
import type { Role } from '../auth/roles.js';
import { Email } from './email.js';
import { changeRoles, changeUser, registerUser, removeUser, type User, type UserDraft } from './user.js';
import { sortKey, type UserFilters, type UserRepository, type UserSort } from './user.repository.js';

// Ids as a database wants them, in the order of their names.
const uuid = (name: string): string => `00000000-0000-7000-8000-${Buffer.from(name).toString('hex').padStart(12, '0')}`;
const nameOf = (id: string): string => Buffer.from(id.slice(-12).replace(/^(00)+/, ''), 'hex').toString();

const now = new Date('2026-01-01T00:00:00.000Z');

export interface OpenedUsers {
  readonly users: UserRepository;
  /** All events that were kept. */
  readonly events: readonly DomainEvent[];
}

/** Every driver of the user repository passes this suite. */
export function userRepositoryContract(driver: string, open: () => Promise<OpenedUsers>): void {
  const draft = (id: string, fields: Partial<UserDraft> = {}): UserDraft =>
    ({ id: uuid(id), email: Email.parse(`${id}@example.com`), name: { given: 'Ada', family: 'Lovelace' }, roles: ['user'], ...fields });
  const added = async (users: UserRepository, id: string, fields: Partial<UserDraft> = {}): Promise<User> => {
    const decision = registerUser(draft(id, fields), now);
    await users.add(decision, `hash of ${id}`);
    return decision.state;
  };
  const request = (fields: Partial<ListRequest<UserSort, UserFilters>> = {}): ListRequest<UserSort, UserFilters> =>
    ({ page: 1, pageSize: 10, sort: [{ field: 'email', direction: 'asc' }, { field: 'id' as UserSort, direction: 'asc' }], filters: {}, after: undefined, ...fields });
  const ids = ({ items }: { readonly items: readonly User[] }): string[] => items.map(({ id }) => nameOf(id));
  const other = { by: uuid('z'), administrators: new Set([uuid('z')]) };

  describe(`UserRepository: ${driver}`, () => {
    test('a user is found as it was added, by id and by address, and without the hash', async () => {
      const { users } = await open();
      const ada = await added(users, 'a', { roles: ['admin', 'user'], name: { given: 'Ada  "x", {y} \\', family: 'Łovelace' } });
      await expect(users.find(uuid('a'))).resolves.toEqual(ada);
      await expect(users.findByEmail(ada.email)).resolves.toEqual(ada);
      await expect(users.passwordHash(uuid('a'))).resolves.toBe('hash of a');
    });
    test('an unknown user is undefined, not an error', async () => {
      const { users } = await open();
      await expect(users.find(uuid('nope'))).resolves.toBeUndefined();
      await expect(users.findByEmail(Email.parse('no@example.com'))).resolves.toBeUndefined();
      await expect(users.passwordHash(uuid('nope'))).resolves.toBeUndefined();
    });
    test('the events of every decision are kept, those of refused ones not', async () => {
      const { users, events } = await open();
      const ada = await added(users, 'a');
      await expect(added(users, 'b', { email: ada.email })).rejects.toMatchObject({ code: 'EMAIL_TAKEN' });
      const changed = changeUser(ada, { name: { given: 'Augusta', family: '' } }, now);
      await users.save(changed);
      await expect(users.save(changed)).rejects.toMatchObject({ code: 'USER_CONFLICT' });
      await expect(users.remove(removeUser(ada, new Set()))).rejects.toMatchObject({ code: 'USER_CONFLICT' });
      await users.save(changeRoles(changed.state, ['admin'], other, now));
      await users.remove(removeUser((await users.find(ada.id))!, new Set()));
      expect(events.map(({ type, key }) => [type, nameOf(key)])).toEqual(['user.registered', 'user.changed', 'user.roles_changed', 'user.removed'].map((type) => [type, 'a']));
    });
    test('an address belongs to one user, whether new or changed', async () => {
      const { users } = await open();
      const ada = await added(users, 'a');
      const bob = await added(users, 'b');
      await expect(added(users, 'c', { email: ada.email })).rejects.toMatchObject({ code: 'EMAIL_TAKEN' });
      await expect(users.save(changeUser(bob, { email: ada.email }, now))).rejects.toMatchObject({ code: 'EMAIL_TAKEN' });
      await expect(users.find(bob.id)).resolves.toEqual(bob);
      await expect(users.find(uuid('c'))).resolves.toBeUndefined();
      await expect(users.passwordHash(uuid('c'))).resolves.toBeUndefined();
      // Given up, it is free again.
      await users.save(changeUser(ada, { email: Email.parse('new@example.com') }, now));
      await added(users, 'c', { email: ada.email });
    });
    test('of many who register with one address at once, one does', async () => {
      const { users } = await open();
      const email = Email.parse('same@example.com');
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => added(users, `n${i}`, { email })));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'EMAIL_TAKEN' });
    });
    test('a second user of one id is a conflict, and the first keeps the hash', async () => {
      const { users } = await open();
      await added(users, 'a');
      await expect(users.add(registerUser(draft('a', { email: Email.parse('other@example.com') }), now), 'other hash')).rejects.toMatchObject({ code: 'USER_CONFLICT', details: { expected: 0, actual: 1 } });
      await expect(users.passwordHash(uuid('a'))).resolves.toBe('hash of a');
    });
    test('the second of two changes of one version is a conflict and changes nothing', async () => {
      const { users } = await open();
      const ada = await added(users, 'a');
      await users.save(changeUser(ada, { name: { given: 'First', family: '' } }, now));
      await expect(users.save(changeUser(ada, { name: { given: 'Second', family: '' } }, now))).rejects.toMatchObject({ code: 'USER_CONFLICT', details: { expected: 1, actual: 2 } });
      await expect(users.find(uuid('a'))).resolves.toMatchObject({ name: { given: 'First', family: '' }, version: 2 });
      await expect(users.passwordHash(uuid('a'))).resolves.toBe('hash of a');
    });
    test('only the version that was read can be removed, and the hash goes with it', async () => {
      const { users } = await open();
      const ada = await added(users, 'a');
      await users.save(changeUser(ada, { name: { given: 'New', family: '' } }, now));
      await expect(users.remove(removeUser(ada, new Set()))).rejects.toMatchObject({ code: 'USER_CONFLICT', details: { expected: 1, actual: 2 } });
      const current = (await users.find(uuid('a')))!;
      await users.remove(removeUser(current, new Set()));
      await expect(users.find(uuid('a'))).resolves.toBeUndefined();
      await expect(users.passwordHash(uuid('a'))).resolves.toBeUndefined();
      await expect(users.save(changeUser(current, { name: { given: 'Late', family: '' } }, now))).rejects.toMatchObject({ code: 'USER_CONFLICT', details: { expected: 2, actual: 0 } });
    });
    test('of two administrators who take the role from each other at once, one remains', async () => {
      const { users } = await open();
      for (let round = 0; round < 5; round++) {
        const names = [`a${round}`, `b${round}`];
        for (const name of names) await added(users, name, { roles: ['admin'] });
        const demote = (id: string, by: string): Promise<void> => users.withAdministrators(async (administrators) => {
          const user = (await users.find(id))!;
          await users.save(changeRoles(user, ['user'], { by, administrators }, now));
        });
        const [a, b] = names.map(uuid) as [string, string];
        const outcomes = await Promise.allSettled([demote(a, b), demote(b, a)]);
        expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
        expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'LAST_ADMINISTRATOR' } });
        const { items } = await users.list(request({ filters: { role: 'admin' } }));
        expect(items).toHaveLength(1);
        await users.remove({ state: items[0]!, events: [] });
      }
    });
    test('administrators are known with all other roles that they have, and nobody else is one', async () => {
      const { users } = await open();
      const roles: Record<string, readonly Role[]> = { a: ['admin'], b: ['user'], c: ['admin', 'user'] };
      for (const [id, each] of Object.entries(roles)) await added(users, id, { roles: each });
      await expect(users.withAdministrators(async (known) => [...known].map(nameOf).sort())).resolves.toEqual(['a', 'c']);
    });
    test('a list is filtered by role and by literal text of address and whole name, without regard to case', async () => {
      const { users } = await open();
      await added(users, 'a', { name: { given: 'Ada', family: 'Lovelace' }, roles: ['admin', 'user'] });
      await added(users, 'b', { name: { given: 'Charles', family: 'Babbage' } });
      await added(users, 'c', { name: { given: '100%', family: '' }, email: Email.parse('ada_king@example.org') });
      const found = async (filters: UserFilters): Promise<string[]> => ids(await users.list(request({ filters }))).sort();
      await expect(found({ role: 'admin' })).resolves.toEqual(['a']);
      await expect(found({ role: 'user' })).resolves.toEqual(['a', 'b', 'c']);
      await expect(found({ q: 'ADA' })).resolves.toEqual(['a', 'c']);
      await expect(found({ q: 's bab' })).resolves.toEqual(['b']);
      await expect(found({ q: '%' })).resolves.toEqual(['c']);
      await expect(found({ q: '_' })).resolves.toEqual(['c']);
      await expect(found({ q: 'example.com', role: 'user' })).resolves.toEqual(['a', 'b']);
    });
    test('pages by number are cut from one order and know the total', async () => {
      const { users } = await open();
      for (const id of ['c', 'a', 'b']) await added(users, id);
      const first = await users.list(request({ pageSize: 2 }));
      const second = await users.list(request({ pageSize: 2, page: 2 }));
      expect([ids(first), first.total, first.more]).toEqual([['a', 'b'], 3, true]);
      expect([ids(second), second.total, second.more]).toEqual([['c'], 3, false]);
    });
    test('a walk by cursor sees every user once, by every field there is to sort by', async () => {
      const { users } = await open();
      for (const id of ['a', 'b', 'c', 'd', 'e']) await added(users, id, { name: { given: id < 'c' ? 'Ada' : 'Ada M', family: id === 'e' ? '' : 'King' } });
      for (const field of ['email', 'name', 'created_at'] as const) {
        const sort = [{ field, direction: 'desc' }, { field: 'id' as UserSort, direction: 'desc' }] as const;
        const seen: string[] = [];
        let after: readonly SortKey[] | undefined;
        do {
          const { items, more } = await users.list(request({ sort, pageSize: 2, page: after ? undefined : 1, after }));
          seen.push(...ids({ items }));
          after = more ? sort.map(({ field }) => sortKey(items.at(-1)!, field)) : undefined;
        } while (after);
        expect([field, seen]).toEqual([field, field === 'name' ? ['d', 'c', 'e', 'b', 'a'] : ['e', 'd', 'c', 'b', 'a']]);
      }
    });
  });
}
