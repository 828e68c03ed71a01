import { provide } from '@org/enterprise-di';
import type { Decision } from '@org/enterprise-kernel';
import { constraintViolated, Database, listQuery, textIn, type ListFilter } from '@org/enterprise-persistence';
import { and, eq, sql } from 'drizzle-orm';
import { EventSink } from '../events/event-sink.js';
import { EmailTaken, UserConflict } from './user.errors.js';
import { UserRepository } from './user.repository.js';
import { userCredentials, users } from './user.table.js';
import type { User } from './user.js';

const { placeholder } = sql;
type Row = typeof users.$inferSelect;

// Field by field: rest and spread take ten times as long, and a list does it for every item.
const toUser = ({ id, email, given, family, roles, version, createdAt, updatedAt }: Row): User =>
  ({ id, email, name: { given, family }, roles, version, createdAt, updatedAt });
const toRow = ({ name, ...user }: User) => ({ ...user, ...name });

const hasRole: ListFilter = { condition: (value) => sql`${users.roles} @> array[${value}]` };

/** Users in the database. Every statement is compiled once, here. */
export const drizzleUserRepository = provide(UserRepository, { database: Database, events: EventSink }, ({ database, events }): UserRepository => {
  const { orm, unitOfWork } = database;
  const fields = ['email', 'given', 'family', 'roles', 'version', 'createdAt', 'updatedAt'] as const;
  // As they are, not in sql`...`: drizzle encodes a value by its column only where it sees the column.
  const values = Object.fromEntries(fields.map((field) => [field, placeholder(field)]));
  const known = eq(users.id, placeholder('id'));
  const atVersion = and(known, eq(users.version, placeholder('expected')));
  const id = { id: users.id };

  const find = orm.select().from(users).where(known).prepare('user_find');
  const findByEmail = orm.select().from(users).where(eq(users.email, placeholder('email'))).prepare('user_find_by_email');
  const findHash = orm.select({ hash: userCredentials.passwordHash }).from(userCredentials).where(eq(userCredentials.userId, placeholder('id'))).prepare('user_find_hash');
  const findCredentials = orm.select({ user: users, hash: userCredentials.passwordHash }).from(users).innerJoin(userCredentials, eq(userCredentials.userId, users.id))
    .where(eq(users.email, placeholder('email'))).prepare('user_find_credentials');
  const updateHash = orm.update(userCredentials).set({ passwordHash: placeholder('hash') } as never).where(eq(userCredentials.userId, placeholder('id'))).prepare('user_update_hash');
  // In one order, so that two of these wait for each other and not both at once.
  const lockAdministrators = orm.select(id).from(users).where(sql`${users.roles} @> '{admin}'`).orderBy(users.id).for('update').prepare('user_lock_administrators');
  const insert = orm.insert(users).values({ id: placeholder('id'), ...values } as never).onConflictDoNothing({ target: users.id }).returning(id).prepare('user_insert');
  const insertHash = orm.insert(userCredentials).values({ userId: placeholder('id'), passwordHash: placeholder('hash') }).prepare('user_insert_hash');
  const update = orm.update(users).set(values as never).where(atVersion).returning(id).prepare('user_update');
  const remove = orm.delete(users).where(atVersion).returning(id).prepare('user_remove');
  const list = listQuery(database, {
    from: users,
    sort: { email: users.email, name: users.fullName, created_at: users.createdAt, id: users.id },
    filters: { role: hasRole, q: textIn(users.email, users.fullName) },
  });

  async function conflict(id: string, expected: number): Promise<never> {
    const [stored] = await find.execute({ id });
    throw new UserConflict({ id, expected, actual: stored?.version ?? 0 });
  }
  function refuseTaken(error: unknown): never {
    throw constraintViolated(error, 'users_email_unique') ? new EmailTaken(undefined, { cause: error }) : error;
  }
  /** The statement of a decision and its events, both or none; no row means that another version came first. */
  const store = ({ state: { id }, events: happened }: Decision<User>, expected: number, statement: () => Promise<readonly unknown[]>): Promise<void> => unitOfWork.join(async () => {
    if ((await statement().catch(refuseTaken)).length === 0) await conflict(id, expected);
    await events.append(happened);
  });

  return {
    async find(id) {
      const [row] = await find.execute({ id });
      return row && toUser(row);
    },
    async findByEmail(email) {
      const [row] = await findByEmail.execute({ email });
      return row && toUser(row);
    },
    add: (decision, hash) => store(decision, 0, async () => {
      const { id } = decision.state;
      const added = await insert.execute(toRow(decision.state));
      if (added.length > 0) await insertHash.execute({ id, hash });
      return added;
    }),
    save(decision) {
      const expected = decision.state.version - 1;
      return store(decision, expected, () => update.execute({ ...toRow(decision.state), expected }));
    },
    remove(decision) {
      const { id, version: expected } = decision.state;
      return store(decision, expected, () => remove.execute({ id, expected }));
    },
    async passwordHash(id) { return (await findHash.execute({ id }))[0]?.hash; },
    async credentials(email) {
      const [row] = await findCredentials.execute({ email });
      return row && { user: toUser(row.user), passwordHash: row.hash };
    },
    async setPasswordHash(id, hash) { await updateHash.execute({ id, hash }); },
    withAdministrators: (body) => unitOfWork.join(async () => body(new Set((await lockAdministrators.execute()).map(({ id }) => id)))),
    async list(request) {
      const { items, ...page } = await list({ ...request, filters: { ...request.filters } });
      return { ...page, items: items.map(toUser) };
    },
  };
});
