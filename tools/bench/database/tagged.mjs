// The catalogue with postgres.js as its documentation shows it: tagged templates, which it prepares once a connection.
import postgres from 'postgres';
import { poolSize, toPage, toWire, url } from './catalogue.mjs';

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
  };
}
