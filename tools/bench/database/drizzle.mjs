// The catalogue with drizzle as its documentation shows it: each query is built where it is run.
import { asc, count, eq, inArray, sql } from 'drizzle-orm';
import { bigint, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { products } from '../../../apps/example-api/dist/product/product.table.js';
import { orderLines, orders } from '../../../apps/example-api/dist/order/order.table.js';
import { poolSize, toPage, toWire, url } from './catalogue.mjs';
import { OutOfStock, placed, priced } from './orders.mjs';

const outbox = pgTable('bench_outbox', { id: bigint({ mode: 'number' }).generatedAlwaysAsIdentity().primaryKey(), type: text().notNull(), payload: jsonb().notNull() });

export function drizzleCatalogue() {
  const db = drizzle(postgres(url, { max: poolSize }));
  return {
    async find(id) {
      const [row] = await db.select().from(products).where(eq(products.id, id));
      return row && toWire(row);
    },
    async list(question) {
      const chosen = eq(products.category, question.category);
      const [rows, [{ total }]] = await Promise.all([
        db.select().from(products).where(chosen).orderBy(asc(products.price), asc(products.id)).limit(question.size).offset(question.offset),
        db.select({ total: count() }).from(products).where(chosen),
      ]);
      return toPage(rows.map(toWire), question, total);
    },
    /** Takes what was ordered out of stock, and writes the order, its lines and its event. */
    place: (customer, items) => db.transaction(async (tx) => {
      const rows = await tx.select().from(products).where(inArray(products.id, items.map(({ product_id }) => product_id))).orderBy(products.id).for('update');
      const order = priced(customer, items, rows);
      for (const { product_id, quantity } of items) {
        if (rows.find(({ id }) => id === product_id).stock < quantity) throw new OutOfStock();
        await tx.update(products).set({ stock: sql`${products.stock} - ${quantity}`, version: sql`${products.version} + 1`, updatedAt: order.updated_at }).where(eq(products.id, product_id));
      }
      await tx.insert(orders).values({ id: order.id, customerId: customer, status: order.status, total: order.total.amount, currency: order.total.currency, version: 1, createdAt: order.created_at, updatedAt: order.updated_at });
      await tx.insert(orderLines).values(order.items.map(({ product_id, quantity, unit_price }, position) => ({ orderId: order.id, position, productId: product_id, quantity, unitPrice: unit_price.amount })));
      await tx.insert(outbox).values({ type: 'order.placed', payload: placed(order) });
      return order;
    }),
  };
}
