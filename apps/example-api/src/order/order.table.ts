import { bigint, index, integer, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { OrderStatus } from './order.js';

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' }).notNull();

export const orders = pgTable('orders', {
  id: uuid().primaryKey(),
  // An id of any kind of caller, in a domain that may live elsewhere: no foreign key.
  customerId: text('customer_id').notNull(),
  status: text().$type<OrderStatus>().notNull(),
  total: bigint({ mode: 'number' }).notNull(),
  currency: text().notNull(),
  version: integer().notNull(),
  createdAt: time('created_at'),
  updatedAt: time('updated_at'),
}, (table) => [
  index('orders_by_customer').on(table.customerId, table.createdAt, table.id),
  index('orders_by_status').on(table.status, table.createdAt, table.id),
  index('orders_by_created_at').on(table.createdAt, table.id),
]);

export const orderLines = pgTable('order_lines', {
  orderId: uuid('order_id').notNull().references(() => orders.id, { onDelete: 'cascade' }),
  position: integer().notNull(),
  productId: uuid('product_id').notNull(),
  quantity: integer().notNull(),
  unitPrice: integer('unit_price').notNull(),
}, (table) => [primaryKey({ columns: [table.orderId, table.position] })]);
