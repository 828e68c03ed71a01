import { provide } from '@org/enterprise-di';
import { Database } from '@org/enterprise-persistence';
import { and, eq, gte, isNotNull, sql } from 'drizzle-orm';
import { OrderProductUnknown, OutOfStock } from '../order/order.errors.js';
import { Stock } from '../order/order.stock.js';
import type { OrderItem } from '../order/order.js';
import { Clock } from '../platform.js';
import { products } from './product.table.js';

const { placeholder } = sql;

/**
 * Stock of the products in the database. A reservation raises a product's version, as every change does: the stock is part
 * of what its ETag stands for, and a save that has not seen the reservation would undo it.
 */
export const drizzleStock = provide(Stock, { database: Database, clock: Clock }, ({ database: { orm }, clock }): Stock => {
  // Arrays, not JSON: of those the server expects few rows, and looks the products up instead of reading them all. In a select
  // of their own, as it would otherwise count their items each time and plan anew for that number.
  const wanted = sql`unnest((select ${placeholder('ids')}::uuid[]), (select ${placeholder('quantities')}::int[])) as wanted(product_id, quantity)`;
  // Every statement locks its products in the order of their ids before it changes one: two of them never wait for each other.
  const locked = orm.$with('locked').as(orm
    .select({ id: products.id, price: products.price, currency: products.currency, quantity: sql<number>`wanted.quantity`.as('quantity') })
    .from(products).innerJoin(wanted, sql`wanted.product_id = ${products.id}`)
    .orderBy(products.id).for('no key update', { of: products }));
  const changed = { version: sql`${products.version} + 1`, updatedAt: placeholder('now') };
  const enough = and(eq(products.id, locked.id), gte(products.stock, locked.quantity));
  const taken = orm.$with('taken').as(orm
    .update(products).set({ stock: sql`${products.stock} - ${locked.quantity}`, ...changed } as never).from(locked).where(enough).returning({ id: products.id }));

  const reserve = orm.with(locked, taken)
    .select({ id: locked.id, price: locked.price, currency: locked.currency, taken: sql<boolean>`${isNotNull(taken.id)}`.as('taken') })
    .from(locked).leftJoin(taken, eq(taken.id, locked.id)).prepare('stock_reserve');
  const release = orm.with(locked)
    .update(products).set({ stock: sql`${products.stock} + ${locked.quantity}`, ...changed } as never).from(locked).where(eq(products.id, locked.id)).prepare('stock_release');

  const values = (items: readonly OrderItem[]) => ({
    ids: `{${items.map(({ productId }) => productId).join()}}`,
    quantities: `{${items.map(({ quantity }) => quantity).join()}}`,
    now: new Date(clock.now()),
  });

  return {
    async reserve(items) {
      const rows = await reserve.execute(values(items));
      const found = new Map(rows.map((row) => [row.id, row]));
      // Of two items of one product the server would take one.
      if (found.size < rows.length) throw new TypeError('Each product can be reserved once at a time.');
      const named = (which: (item: OrderItem) => boolean): string[] => items.filter(which).map(({ productId }) => productId);
      const unknown = named(({ productId }) => !found.has(productId));
      if (unknown.length > 0) throw new OrderProductUnknown({ product_ids: unknown });
      const short = named(({ productId }) => !found.get(productId)!.taken);
      if (short.length > 0) throw new OutOfStock({ product_ids: short });
      return items.map(({ productId, quantity }) => {
        const { price, currency } = found.get(productId)!;
        return { productId, quantity, unitPrice: { amount: price, currency } };
      });
    },
    async release(items) { await release.execute(values(items)); },
  };
});
