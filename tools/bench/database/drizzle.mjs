// The catalogue with drizzle as its documentation shows it: each query is built where it is run.
import { asc, count, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { products } from '../../../apps/example-api/dist/product/product.table.js';
import { poolSize, toPage, toWire, url } from './catalogue.mjs';

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
  };
}
