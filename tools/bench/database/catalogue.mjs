// What the hand-assembled contestants share: the wire form of a product, the reading of a request, the size of the pool.
export const url = process.env.DATABASE_URL;
export const poolSize = 10;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isId = (text) => uuid.test(text);

/** The fields of a row as drizzle names them. */
export const toWire = ({ price, currency, createdAt, updatedAt, ...product }) => ({
  ...product, price: { amount: price, currency }, created_at: createdAt.toISOString(), updated_at: updatedAt.toISOString(),
});

/** The question for a list; `undefined` when it makes no sense. */
export function readList({ page = '1', page_size = '20', sort = 'price', category }) {
  const [number, size] = [Number(page), Number(page_size)];
  const good = Number.isInteger(number) && number > 0 && Number.isInteger(size) && size > 0 && size <= 100 && sort === 'price' && typeof category === 'string' && category.length <= 100;
  return good ? { page: number, size, offset: (number - 1) * size, category } : undefined;
}

/** Where the next page begins, for clients that page by cursor. */
function cursor(items, { offset }, total) {
  const last = items.at(-1);
  if (last === undefined || offset + items.length >= total) return null;
  return Buffer.from(JSON.stringify([last.price.amount, last.id])).toString('base64url');
}

export const toPage = (items, question, total) => ({ items, page: question.page, page_size: question.size, total, next_cursor: cursor(items, question, total) });

export const success = (data) => ({ code: 'OK', message: 'OK', data });
export const refused = { code: 'VALIDATION_FAILED' };
export const outOfStock = { code: 'OUT_OF_STOCK' };
export const missing = { code: 'PRODUCT_NOT_FOUND' };

/** Names the version of the API as well: another one spells the same product otherwise. */
export const etagOf = ({ version }) => `"v2-${version}"`;
