// What the hand-assembled contestants share to place orders: reading a request, and the order in its wire form.
import { randomUUID } from 'node:crypto';
import { isId } from './catalogue.mjs';

/** The items of a body; `undefined` when they make no sense. */
export function readItems(body) {
  const items = body?.items;
  const good = Array.isArray(items) && items.length > 0 && items.length <= 100
    && items.every(({ product_id, quantity }) => isId(product_id) && Number.isInteger(quantity) && quantity > 0 && quantity <= 10_000)
    && new Set(items.map(({ product_id }) => product_id)).size === items.length;
  return good ? items : undefined;
}

export class OutOfStock extends Error {}

/** The order of a customer at the prices of these rows: `{ id, price, currency }`. */
export function priced(customer, items, rows) {
  if (rows.length < items.length) throw new OutOfStock();
  const prices = new Map(rows.map((row) => [row.id, { amount: row.price, currency: row.currency }]));
  const lines = items.map((item) => ({ ...item, unit_price: prices.get(item.product_id) }));
  const amount = lines.reduce((sum, { quantity, unit_price }) => sum + quantity * unit_price.amount, 0);
  const now = new Date();
  return { id: randomUUID(), customer_id: customer, status: 'placed', items: lines, total: { amount, currency: rows[0].currency }, version: 1, created_at: now, updated_at: now };
}

export const placed = ({ id, customer_id, items, total }) => ({ order_id: id, customer_id, items, total });

/** Reads a JSON body of a bare request. */
export async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}
