import { contract, created, cursorPageOf, evolve, list, noContent, ok, pageOf, route } from '@org/enterprise-http';
import { z } from 'zod';
import { storable } from '../text.js';
import { ProductConflict, ProductNotFound, ProductStale } from './product.errors.js';

const Id = z.uuid().meta({ example: '01890a5d-ac96-774b-bcce-b302099a8057' });
const Minor = z.int().min(0).max(1_000_000_000).meta({ description: 'In minor units (cents).', example: 1990 });
const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR').meta({ example: 'EUR' });
const Quantity = z.int().min(0).max(1_000_000_000).meta({ example: 12 });
const Name = z.string().trim().min(1).max(200).refine(...storable).meta({ example: 'Oolong tea' });
const Text = z.string().max(10_000).refine(...storable).meta({ example: 'Half-fermented, from high mountains.' });
const Category = z.string().trim().min(1).max(100).refine(...storable).meta({ example: 'tea' });
const Time = z.iso.datetime().meta({ example: '2026-01-01T09:30:00.000Z' });
const Money = z.object({ amount: Minor, currency: Currency }).meta({ id: 'Money' });

const facts = { name: Name, description: Text, category: Category };
const record = { stock: Quantity, version: z.int(), created_at: Time, updated_at: Time };
const ProductV1 = z.object({ id: Id, ...facts, price: Minor, currency: Currency, ...record }).meta({ id: 'ProductV1' });
const Product = z.object({ id: Id, ...facts, price: Money, ...record }).meta({ id: 'Product' });

/** v1 spells money as two fields. */
const toV1 = ({ price, ...product }: z.infer<typeof Product>): z.infer<typeof ProductV1> => ({ ...product, price: price.amount, currency: price.currency });

const listing = {
  sort: ['price', 'name', 'created_at'],
  defaultSort: ['-created_at'],
  filters: { category: z.string().max(100).refine(...storable), price_min: Minor, price_max: Minor, q: z.string().trim().min(1).max(100).refine(...storable) },
} as const;
const productsByPage = list(listing);
export const products = list({ ...listing, cursor: true });

const params = z.object({ id: Id });
const versioned = { etag: 'version' } as const;
const write = { access: 'products:write', ifMatch: 'required', errors: [ProductNotFound, ProductStale, ProductConflict], params } as const;

const listV1 = route({
  method: 'GET', path: '/products', summary: 'List products', access: 'public',
  query: productsByPage.query, returns: ok(pageOf(ProductV1)),
});
const listV2 = evolve(listV1, { since: 'v2', query: products.query, returns: ok(cursorPageOf(Product)) }, {
  upgrade: ({ query }) => ({ query }),
  downgrade: ({ items, page, page_size, total }) => ({ items: items.map(toV1), page: page!, page_size, total: total! }),
});

const getV1 = route({
  method: 'GET', path: '/products/{id}', summary: 'Get a product', access: 'public',
  params, returns: ok(ProductV1, versioned), errors: [ProductNotFound],
});
const getV2 = evolve(getV1, { since: 'v2', returns: ok(Product, versioned) }, { downgrade: toV1 });

const addV1 = route({
  method: 'POST', path: '/products', summary: 'Add a product', access: 'products:write', idempotency: 'optional',
  body: z.object({ ...facts, description: Text.default(''), price: Minor, currency: Currency.default('EUR'), stock: Quantity.default(0) }),
  returns: created(ProductV1, { ...versioned, location: '/products/{id}' }),
});
const addV2 = evolve(addV1, {
  since: 'v2',
  body: z.object({ ...facts, description: Text.default(''), price: Money, stock: Quantity.default(0) }),
  returns: created(Product, { ...versioned, location: '/products/{id}' }),
}, {
  upgrade: ({ body: { price, currency, ...body } }) => ({ body: { ...body, price: { amount: price, currency } } }),
  downgrade: toV1,
});

const changeV1 = route({
  ...write, method: 'PATCH', path: '/products/{id}', summary: 'Change a product',
  body: z.object({ ...facts, price: Minor, currency: Currency }).partial()
    .refine(({ price, currency }) => currency === undefined || price !== undefined, { path: ['price'], message: 'is required with currency' }),
  returns: ok(ProductV1, versioned),
});
const changeV2 = evolve(changeV1, {
  since: 'v2',
  body: z.object({ ...facts, price: Money.partial({ currency: true }) }).partial(),
  returns: ok(Product, versioned),
}, {
  upgrade: ({ body: { price, currency, ...body } }) => ({ body: price === undefined ? body : { ...body, price: { amount: price, currency } } }),
  downgrade: toV1,
});

const stockV1 = route({
  ...write, method: 'PUT', path: '/products/{id}/stock', summary: 'Set the stock of a product',
  body: z.object({ quantity: Quantity }), returns: ok(ProductV1, versioned),
});
const stockV2 = evolve(stockV1, { since: 'v2', returns: ok(Product, versioned) }, { downgrade: toV1 });

const remove = route({ ...write, method: 'DELETE', path: '/products/{id}', summary: 'Remove a product', returns: noContent() });

export const productContract = contract('products', { list: listV2, get: getV2, add: addV2, change: changeV2, setStock: stockV2, remove });

/** What v1 declares, for its clients. */
export const productContractV1 = contract('products', { list: listV1, get: getV1, add: addV1, change: changeV1, setStock: stockV1, remove });
