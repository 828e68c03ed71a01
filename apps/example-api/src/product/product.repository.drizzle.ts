import { provide } from '@org/enterprise-di';
import type { Decision } from '@org/enterprise-kernel';
import { atLeast, atMost, Database, equalTo, listQuery, textIn } from '@org/enterprise-persistence';
import { and, count, eq, sql } from 'drizzle-orm';
import { EventSink } from '../events/event-sink.js';
import { ProductConflict } from './product.errors.js';
import { ProductRepository } from './product.repository.js';
import { products } from './product.table.js';
import type { Product } from './product.js';

const { placeholder } = sql;
type Row = typeof products.$inferSelect;

// Field by field: rest and spread take ten times as long, and a list does it for every item.
const toProduct = ({ id, name, description, category, price, currency, stock, version, createdAt, updatedAt }: Row): Product =>
  ({ id, name, description, category, price: { amount: price, currency }, stock, version, createdAt, updatedAt });
const toRow = ({ price, ...product }: Product): Row => ({ ...product, price: price.amount, currency: price.currency });

/** Products in the database. Every statement is compiled once, here. */
export const drizzleProductRepository = provide(ProductRepository, { database: Database, events: EventSink }, ({ database, events }): ProductRepository => {
  const { orm, unitOfWork } = database;
  const fields = ['name', 'description', 'category', 'price', 'currency', 'stock', 'version', 'createdAt', 'updatedAt'] as const;
  // As they are, not in sql`...`: drizzle encodes a value by its column only where it sees the column.
  const values = Object.fromEntries(fields.map((field) => [field, placeholder(field)]));
  const known = eq(products.id, placeholder('id'));
  const atVersion = and(known, eq(products.version, placeholder('expected')));

  const find = orm.select().from(products).where(known).prepare('product_find');
  const size = orm.select({ count: count() }).from(products).prepare('product_count');
  const insert = orm.insert(products).values({ id: placeholder('id'), ...values } as never).onConflictDoNothing().returning({ id: products.id }).prepare('product_insert');
  const update = orm.update(products).set(values as never).where(atVersion).returning({ id: products.id }).prepare('product_update');
  const remove = orm.delete(products).where(atVersion).returning({ id: products.id }).prepare('product_remove');
  const list = listQuery(database, {
    from: products,
    sort: { price: products.price, name: products.name, created_at: products.createdAt, id: products.id },
    filters: {
      category: equalTo(products.category),
      price_min: atLeast(products.price),
      price_max: atMost(products.price),
      q: textIn(products.name, products.description),
    },
  });

  async function conflict(id: string, expected: number): Promise<never> {
    const [stored] = await find.execute({ id });
    throw new ProductConflict({ id, expected, actual: stored?.version ?? 0 });
  }

  /** The statement of a decision and its events, both or none; no row means that another version came first. */
  const store = ({ state: { id }, events: happened }: Decision<Product>, expected: number, statement: () => Promise<readonly unknown[]>): Promise<void> => unitOfWork.join(async () => {
    if ((await statement()).length === 0) await conflict(id, expected);
    await events.append(happened);
  });

  return {
    async find(id) {
      const [row] = await find.execute({ id });
      return row && toProduct(row);
    },
    async count() { return (await size.execute())[0]!.count; },
    save(decision) {
      const row = toRow(decision.state);
      const expected = row.version - 1;
      return store(decision, expected, () => (expected === 0 ? insert.execute({ ...row }) : update.execute({ ...row, expected })));
    },
    remove(decision) {
      const { id, version: expected } = decision.state;
      return store(decision, expected, () => remove.execute({ id, expected }));
    },
    async list(request) {
      const { items, ...page } = await list({ ...request, filters: { ...request.filters } });
      return { ...page, items: items.map(toProduct) };
    },
  };
});
