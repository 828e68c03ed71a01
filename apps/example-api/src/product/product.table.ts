import { index, integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

// Milliseconds, as JavaScript has them: a cursor made of one finds its row again.
const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' }).notNull();

export const products = pgTable('products', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  description: text().notNull(),
  category: text().notNull(),
  price: integer().notNull(),
  currency: text().notNull(),
  stock: integer().notNull(),
  version: integer().notNull(),
  createdAt: time('created_at'),
  updatedAt: time('updated_at'),
}, (table) => [
  index('products_by_created_at').on(table.createdAt, table.id),
  index('products_by_price').on(table.price, table.id),
  index('products_by_name').on(table.name, table.id),
  index('products_by_category').on(table.category, table.createdAt, table.id),
  // For the filter by a text in the middle of either.
  index('products_by_text').using('gin', table.name.op('gin_trgm_ops'), table.description.op('gin_trgm_ops')),
]);
