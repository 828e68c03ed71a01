import { deepEqual, equal, rejects } from 'node:assert/strict';
import { pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { eq, isNull } from 'drizzle-orm/sql/expressions';
import { sql } from 'drizzle-orm/sql/sql';
import { batchRead } from '../batch-read.js';
import type { Database } from '../database.js';
import { ListRequestInvalid } from '../errors.js';
import { anyOf, atLeast, atMost, equalTo, textIn } from '../list-filters.js';
import { listQuery, type ListQueryRequest } from '../list-query.js';
import { constraintViolated } from '../sql-state.js';
import { clean, notes, type Cases } from './fixture.js';

type Order = ListQueryRequest['sort'];

const listOf = (db: Database) => listQuery(db, {
  from: notes,
  sort: { id: notes.id, title: notes.title, rank: notes.rank, at: notes.at },
  filters: { q: textIn(notes.id, notes.title), rank: equalTo(notes.rank), from: atLeast(notes.rank), to: atMost(notes.rank), in: anyOf(notes.rank), titles: anyOf(notes.title) },
});

// 12 rows: titles a, b, null and ranks 0, 1 in all combinations, each twice.
async function fill(db: Database): Promise<void> {
  await clean(db);
  const titles = ['a', 'b', null];
  await db.orm.insert(notes).values(Array.from({ length: 12 }, (_, i) => ({
    id: String(i).padStart(2, '0'), title: titles[i % 3]!, rank: Math.floor(i / 3) % 2, at: i % 4 === 0 ? null : new Date(Date.UTC(2026, 0, 1, 0, 0, 0, i % 5)),
  })));
}

async function walk(db: Database, sort: Order): Promise<string[]> {
  const list = listOf(db);
  const seen: string[] = [];
  let after: ListQueryRequest['after'];
  for (let more = true; more; ) {
    const page = await list({ pageSize: 3, sort, page: after ? undefined : 1, after });
    seen.push(...page.items.map(({ id }) => id));
    const last = page.items.at(-1);
    // As a cursor carries them: texts, numbers, booleans and null.
    after = last && (JSON.parse(JSON.stringify(sort.map(({ field }) => last[field as keyof typeof last]))) as typeof after);
    more = page.more;
    if (seen.length > 100) throw new Error('The pages do not end.');
  }
  return seen;
}

const orders: readonly Order[] = [
  [{ field: 'id', direction: 'asc' }],
  [{ field: 'rank', direction: 'desc' }, { field: 'id', direction: 'desc' }],
  [{ field: 'rank', direction: 'asc' }, { field: 'id', direction: 'desc' }],
  [{ field: 'title', direction: 'asc' }, { field: 'id', direction: 'asc' }],
  [{ field: 'title', direction: 'desc' }, { field: 'rank', direction: 'asc' }, { field: 'id', direction: 'desc' }],
  [{ field: 'at', direction: 'asc' }, { field: 'id', direction: 'desc' }],
  [{ field: 'at', direction: 'desc' }, { field: 'title', direction: 'asc' }, { field: 'id', direction: 'asc' }],
];

export const listCases: Cases = {
  'pages by number hold every row once, with the total': async (db) => {
    await fill(db);
    const list = listOf(db);
    const sort: Order = [{ field: 'rank', direction: 'desc' }, { field: 'id', direction: 'asc' }];
    const pages = await Promise.all([1, 2, 3, 4].map((page) => list({ page, pageSize: 5, sort })));
    deepEqual(pages.map(({ items, total, more }) => [items.length, total, more]), [[5, 12, true], [5, 12, true], [2, 12, false], [0, 12, false]]);
    deepEqual(pages.flatMap(({ items }) => items.map(({ id }) => id)), ['03', '04', '05', '09', '10', '11', '00', '01', '02', '06', '07', '08']);
  },

  'going on after the last row gives what one statement would, with nulls and mixed directions': async (db) => {
    await fill(db);
    for (const sort of orders) {
      const by = sql.join(sort.map(({ field, direction }) => sql`${sql.identifier(field)} ${sql.raw(direction)}`), sql`, `);
      const { rows } = await db.orm.execute<{ id: string }>(sql`select id from contract_notes order by ${by}`);
      deepEqual(await walk(db, sort), rows.map(({ id }) => id), JSON.stringify(sort));
    }
  },

  'filters narrow the list and its total together': async (db) => {
    await fill(db);
    const list = listOf(db);
    const count = async (filters: Record<string, unknown>): Promise<unknown> => {
      const { items, total } = await list({ page: 1, pageSize: 2, sort: [{ field: 'id', direction: 'asc' }], filters });
      equal(items.length, Math.min(2, total!));
      return total;
    };
    deepEqual(await Promise.all([
      {}, { rank: 1 }, { rank: 1, q: 'A' }, { from: 1 }, { to: 0 }, { in: [0, 1] }, { in: [] }, { titles: ['a', 'b'] }, { titles: ['a","b'] }, { rank: undefined }, { q: '' },
    ].map(count)), [12, 6, 2, 6, 6, 12, 0, 8, 0, 12, 12]);
  },

  'rows that are marked as deleted stay out of lists and batches, and their names are free again': async (db) => {
    await clean(db);
    await db.script(`drop table if exists contract_marked; create table contract_marked (id text primary key, name text not null, deleted_at timestamptz(3));
      create unique index contract_marked_name on contract_marked (name) where deleted_at is null`);
    const marked = pgTable('contract_marked', { id: text().primaryKey(), name: text().notNull(), deletedAt: timestamp('deleted_at', { withTimezone: true, precision: 3 }) });
    const where = isNull(marked.deletedAt);
    const list = listQuery(db, { from: marked, where, sort: { id: marked.id } });
    const named = batchRead(db, { from: marked, where, key: marked.name });
    const add = (id: string): Promise<unknown> => db.orm.insert(marked).values({ id, name: 'n' }).execute();
    await add('1');
    await rejects(add('2'), (error) => constraintViolated(error, 'contract_marked_name') !== undefined);
    await db.orm.update(marked).set({ deletedAt: new Date(0) }).where(eq(marked.id, '1'));
    await add('2');
    const { items, total } = await list({ page: 1, pageSize: 1, sort: [{ field: 'id', direction: 'asc' }] });
    deepEqual([items.map(({ id }) => id), total], [['2'], 1]);
    deepEqual((await named(['n'])).get('n')?.map(({ id }) => id), ['2']);
  },

  'text that is searched for stands for itself': async (db) => {
    await clean(db);
    const titles = ['50% off', '50 off', 'a_b', 'axb', 'back\\slash', `it's`];
    await db.orm.insert(notes).values(titles.map((title, i) => ({ id: `n${i}`, title })));
    const found = async (q: string): Promise<unknown> => (await listOf(db)({ page: 1, pageSize: 10, sort: [{ field: 'id', direction: 'asc' }], filters: { q } })).items.map(({ title }) => title);
    deepEqual(await Promise.all(['50%', 'A_B', '\\', `'`, '%'].map(found)), [['50% off'], ['a_b'], ['back\\slash'], [`it's`], ['50% off']]);
  },

  'fields that were not declared are refused': async (db) => {
    const list = listOf(db);
    await rejects(list({ page: 1, pageSize: 1, sort: [{ field: 'data', direction: 'asc' }] }), ListRequestInvalid.is);
    await rejects(list({ page: 1, pageSize: 1, sort: [{ field: 'constructor', direction: 'asc' }] }), ListRequestInvalid.is);
    await rejects(list({ page: 1, pageSize: 1, sort: [{ field: 'id', direction: 'asc' }], filters: { data: 1 } }), ListRequestInvalid.is);
    await rejects(list({ pageSize: 1, sort: [{ field: 'id', direction: 'asc' }], after: ['a', 'b'] }), ListRequestInvalid.is);
  },

  'a cursor that nobody gave out is refused before PostgreSQL fails with it': async (db) => {
    await clean(db);
    const list = listOf(db);
    const after = (field: string, value: string | number | boolean) => list({ pageSize: 1, sort: [{ field, direction: 'asc' }, { field: 'id', direction: 'asc' }], after: [value, 'x'] });
    for (const value of ['x', '1', true, 1.5, 2 ** 31, 1e300]) await rejects(after('rank', value), ListRequestInvalid.is, `rank ${value}`);
    for (const value of ['x', '', 5, true, '-000001-01-01T00:00:00Z', '0000-01-01T00:00:00Z', '+275760-09-13T00:00:00Z']) await rejects(after('at', value), ListRequestInvalid.is, `at ${value}`);
    for (const value of ['\0', 5, true]) await rejects(after('title', value), ListRequestInvalid.is, `title ${value}`);
    for (const [field, value] of [['rank', -(2 ** 31)], ['at', '9999-12-31T23:59:59.999Z'], ['title', `' or 1=1 --`]] as const) equal((await after(field, value)).more, false);
  },
};
