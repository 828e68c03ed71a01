// The catalogue with postgres.js as its documentation shows it: tagged templates, which it prepares once a connection.
import postgres from 'postgres';
import { poolSize, toPage, toWire, url } from './catalogue.mjs';
import { placed, priced } from './orders.mjs';

export function taggedCatalogue() {
  const sql = postgres(url, { max: poolSize });
  const columns = sql`id, name, description, category, price, currency, stock, version, created_at as "createdAt", updated_at as "updatedAt"`;
  return {
    async find(id) {
      const [row] = await sql`select ${columns} from products where id = ${id}`;
      return row && toWire(row);
    },
    async list(question) {
      const [rows, [{ total }]] = await Promise.all([
        sql`select ${columns} from products where category = ${question.category} order by price, id limit ${question.size} offset ${question.offset}`,
        sql`select count(*)::int as total from products where category = ${question.category}`,
      ]);
      return toPage(rows.map(toWire), question, total);
    },
    /** Takes what was ordered out of stock, and writes the order, its lines and its event. */
    place: (customer, items) => sql.begin(async (tx) => {
      const rows = await tx`
        with wanted as (select * from unnest(${items.map(({ product_id }) => product_id)}::uuid[], ${items.map(({ quantity }) => quantity)}::int[]) as w(product_id, quantity)),
        locked as (select p.id, w.quantity from products p join wanted w on w.product_id = p.id order by p.id for no key update of p)
        update products p set stock = p.stock - locked.quantity, version = p.version + 1, updated_at = now()
        from locked where p.id = locked.id and p.stock >= locked.quantity returning p.id, p.price, p.currency`;
      const order = priced(customer, items, rows);
      await tx`insert into orders (id, customer_id, status, total, currency, version, created_at, updated_at)
        values (${order.id}, ${customer}, ${order.status}, ${order.total.amount}, ${order.total.currency}, ${order.version}, ${order.created_at}, ${order.updated_at})`;
      await tx`insert into order_lines ${tx(order.items.map(({ product_id, quantity, unit_price }, position) => ({ order_id: order.id, position, product_id, quantity, unit_price: unit_price.amount })))}`;
      await tx`insert into bench_outbox (type, payload) values ('order.placed', ${tx.json(placed(order))})`;
      return order;
    }),
  };
}
