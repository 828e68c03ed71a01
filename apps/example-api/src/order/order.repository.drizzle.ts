import { provide } from '@org/enterprise-di';
import { batchRead, Database, equalTo, listQuery } from '@org/enterprise-persistence';
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { EventSink } from '../events/event-sink.js';
import { OrderConflict } from './order.errors.js';
import { OrderRepository } from './order.repository.js';
import { orderLines, orders } from './order.table.js';
import type { Order } from './order.js';

const { placeholder } = sql;
type Row = typeof orders.$inferSelect;
type LineRow = Pick<typeof orderLines.$inferSelect, 'productId' | 'quantity' | 'unitPrice'>;

// Field by field: rest and spread take ten times as long, and a list does it for every item.
const toOrder = ({ id, customerId, status, total, currency, version, createdAt, updatedAt }: Row, lines: readonly LineRow[]): Order => ({
  id, customerId, status, version, createdAt, updatedAt,
  total: { amount: total, currency },
  lines: lines.map(({ productId, quantity, unitPrice }) => ({ productId, quantity, unitPrice: { amount: unitPrice, currency } })),
});

/** Orders in the database. Every statement is compiled once, here. */
export const drizzleOrderRepository = provide(OrderRepository, { database: Database, events: EventSink }, ({ database, events }): OrderRepository => {
  const { orm, unitOfWork } = database;
  const values = Object.fromEntries(Object.keys(getTableColumns(orders)).map((field) => [field, placeholder(field)]));

  // An order and its lines come and go in one statement each.
  const find = orm.select({ order: orders, line: { productId: orderLines.productId, quantity: orderLines.quantity, unitPrice: orderLines.unitPrice } })
    .from(orders).innerJoin(orderLines, eq(orderLines.orderId, orders.id))
    .where(eq(orders.id, placeholder('id'))).orderBy(orderLines.position).prepare('order_find');
  const placed = orm.$with('placed').as(orm.insert(orders).values(values as never).onConflictDoNothing().returning({ id: orders.id }));
  const line = sql`json_to_recordset(${placeholder('lines')}) as line(position int, product_id uuid, quantity int, unit_price int)`;
  const insert = orm.with(placed).insert(orderLines).select(sql`select ${placed.id}, line.* from ${placed}, ${line}`).prepare('order_insert');
  const update = orm.update(orders).set({ status: placeholder('status'), version: placeholder('version'), updatedAt: placeholder('updatedAt') } as never)
    .where(and(eq(orders.id, placeholder('id')), eq(orders.version, placeholder('expected')))).prepare('order_update');
  const list = listQuery(database, {
    from: orders,
    sort: { created_at: orders.createdAt, id: orders.id },
    filters: { status: equalTo(orders.status), customer_id: equalTo(orders.customerId) },
  });
  const linesOf = batchRead(database, { from: orderLines, key: orderLines.orderId, orderBy: [orderLines.orderId, orderLines.position] });

  async function write({ id, customerId, status, lines, total, version, createdAt, updatedAt }: Order): Promise<void> {
    const expected = version - 1;
    const { rowCount } = expected > 0
      ? await update.execute({ id, status, version, updatedAt, expected })
      : await insert.execute({ id, customerId, status, total: total.amount, currency: total.currency, version, createdAt, updatedAt, lines: JSON.stringify(lines.map(toLine)) });
    if (rowCount > 0) return;
    const [stored] = await find.execute({ id });
    throw new OrderConflict({ id, expected, actual: stored?.order.version ?? 0 });
  }

  return {
    async find(id) {
      const rows = await find.execute({ id });
      return rows[0] && toOrder(rows[0].order, rows.map(({ line }) => line));
    },
    async list(request) {
      const { items, ...page } = await list({ ...request, filters: { ...request.filters } });
      const lines = await linesOf(items.map(({ id }) => id));
      return { ...page, items: items.map((row) => toOrder(row, lines.get(row.id)!)) };
    },
    save: (decision) => unitOfWork.join(async () => {
      await write(decision.state);
      await events.append(decision.events);
    }),
  };
});

const toLine = ({ productId, quantity, unitPrice }: Order['lines'][number], position: number) =>
  ({ position, product_id: productId, quantity, unit_price: unitPrice.amount });
