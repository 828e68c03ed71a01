import { defineError, manualClock } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract, createDispatcher, created, events, evolve, file, implement, noContent, accepted, ok, oneOf, pageOf, list, route, type AccessRule, type CreateDispatcherOptions, type Dispatcher } from '../src/index.js';
import { bodySchema } from '../src/special-body.js';

export const OutOfStock = defineError('OUT_OF_STOCK', { kind: 'conflict', title: 'Some items are out of stock.', details: z.object({ product_ids: z.array(z.string()) }) });
export const OrderStateConflict = defineError('ORDER_STATE_CONFLICT', { kind: 'conflict', title: 'The order is past that <state>.' });
export const OrderNotFound = defineError('ORDER_NOT_FOUND', { kind: 'missing', title: 'There is no such order.', details: z.undefined() });
export const OwnRoles = defineError('OWN_ROLES', { kind: 'forbidden', title: 'Nobody changes their own roles.' });

export const Money = z.object({ amount: z.int().describe('In minor units.'), currency: z.string().regex(/^[A-Z]{3}$/) }).meta({ id: 'Money' });

export const Category = z.object({ name: z.string(), get children() { return z.array(Category); } }).meta({ id: 'Category' });

const productV1 = {
  id: z.uuid(), name: z.string(), description: z.string().nullable(), price: z.int().min(0), currency: z.string().length(3),
  stock: z.int().min(0), version: z.int(), created_at: z.iso.datetime(),
};
export const ProductV1 = z.object(productV1).meta({ id: 'Product', description: 'Something to buy.' });
export const ProductV2 = z.object({ id: productV1.id, name: productV1.name, description: productV1.description, price: Money, stock: productV1.stock, version: productV1.version, created_at: productV1.created_at })
  .meta({ id: 'Product', description: 'Something to buy.' });

const id = z.object({ id: z.uuid().describe('Id of the product.') });
const priceV1 = ({ price, ...product }: z.output<typeof ProductV2>) => ({ ...product, price: price.amount, currency: price.currency });

const products = list({
  sort: ['name', 'price'], defaultSort: ['name'],
  filters: { category: z.array(z.string()).meta({ description: 'Any of these.' }), price_min: z.int().min(0), q: z.string().meta({ deprecated: true, description: 'Use `category`.' }) },
});

const listV1 = route({ method: 'GET', path: '/products', summary: 'List products', description: 'All that can be *bought*.', access: 'public', query: products.query, returns: ok(pageOf(ProductV1), { etag: 'weak' }) });
const listV2 = evolve(listV1, { since: 'v2', returns: ok(pageOf(ProductV2), { etag: 'weak' }) }, { downgrade: (page) => ({ ...page, items: page.items.map(priceV1) }) });
const getV1 = route({ method: 'GET', path: '/products/{id}', summary: 'Get a product', access: 'public', params: id, returns: ok(ProductV1, { etag: 'version', description: 'The product.' }) });
const getV2 = evolve(getV1, { since: 'v2', returns: ok(ProductV2, { etag: 'version' }) }, { downgrade: priceV1 });
const NewV1 = z.object({ name: z.string().min(1), price: z.int().min(0), currency: z.string().length(3) });
const NewV2 = z.object({ name: z.string().min(1), price: Money });
const createV1 = route({ method: 'POST', path: '/products', summary: 'Add a product', access: 'products:write', body: NewV1, returns: created(ProductV1, { location: '/products/{id}', etag: 'version' }) });
const createV2 = evolve(createV1, { since: 'v2', body: NewV2, returns: created(ProductV2, { location: '/products/{id}', etag: 'version' }) }, {
  upgrade: ({ body: { name, price, currency } }) => ({ body: { name, price: { amount: price, currency } } }), downgrade: priceV1,
});
const image = bodySchema<Uint8Array>({ types: ['image/png', 'image/webp'], read: async () => new Uint8Array(), schema: () => ({ type: 'string', format: 'binary' }) });

const ShopNotFound = defineError('SHOP_NOT_FOUND', { kind: 'missing', title: 'There is no such shop.' });
const ownShop: AccessRule = {
  name: 'shops.own', description: 'Only for the keeper of the shop.', document: { policy: 'shops.own', allow: { keeper: 'by name' } }, errors: [ShopNotFound],
  admit() {},
};

export const productContract = contract('products', {
  list: listV2,
  get: getV2,
  create: createV2,
  update: route({ method: 'PATCH', path: '/products/{id}', summary: 'Change a product', access: 'products:write', ifMatch: 'required', params: id, body: z.object({ name: z.string().optional() }).meta({ example: { name: 'Green tea' } }), returns: noContent() }),
  remove: route({ method: 'DELETE', path: '/products/{id}', summary: 'Remove a product', access: 'products:write', ifMatch: 'optional', params: id, returns: noContent() }),
  setImage: route({ method: 'PUT', path: '/products/{id}/image', summary: 'Set the picture', access: 'products:write', params: id, body: image, returns: noContent({ description: 'The picture is there.' }) }),
  exported: route({ method: 'GET', path: '/products.csv', summary: 'Download all products', access: 'authenticated', deprecated: '2026-02-01', returns: file('text/csv') }),
  watch: route({ method: 'GET', path: '/products/{id}/events', summary: 'Follow the stock', access: 'public', params: id, returns: events(z.object({ stock: z.int() }).meta({ id: 'StockChange' })) }),
  tree: route({ method: 'GET', path: '/categories', summary: 'All categories', access: 'public', tags: ['catalogue'], until: 'v2', returns: ok(Category) }),
  move: route({ method: 'PUT', path: '/categories', summary: 'Replace the categories', access: ownShop, tags: ['catalogue'], body: Category, returns: oneOf(ok(z.object({ moved: z.int() })), accepted(z.object({ moved: z.int() }))) }),
});

export const orderContract = contract('orders', {
  place: route({
    method: 'POST', path: '/orders', summary: 'Place an order', access: 'authenticated',
    headers: z.object({ 'idempotency-key': z.string().max(64).optional().describe('Makes a repeated request harmless.'), authorization: z.string().optional() }),
    body: z.object({ items: z.array(z.object({ product_id: z.uuid(), quantity: z.int().positive() })).min(1), note: z.string().default('') }),
    returns: created(z.object({ id: z.uuid(), status: z.enum(['placed', 'paid']), total: z.int() }), { location: '/orders/{id}', example: { id: '0198c0de-0000-7000-8000-000000000001', status: 'placed', total: 900 } }),
    errors: [OutOfStock, OrderStateConflict],
  }),
  get: route({ method: 'GET', path: '/orders/{id}', summary: 'Get an order', access: 'orders:read', limits: { rate: 0 }, params: z.object({ id: z.uuid() }), returns: ok(z.object({ id: z.uuid() })), errors: [OrderNotFound, OwnRoles] }),
});

const tea = { id: '0198c0de-5eed-7abc-8def-0123456789ab', name: 'Tea', description: null, price: { amount: 450, currency: 'EUR' }, stock: 3, version: 7, created_at: '2026-01-31T09:30:00Z' };

export const versions = versionSet({
  supported: ['v1', 'v2'], default: 'v1', clock: manualClock(Date.parse('2026-06-01')),
  lifecycle: { v1: { deprecated: '2026-01-01', sunset: '2027-01-01', info: 'https://shop.test/versions', successor: '/api/v2' } },
});

export const implementations = [
  implement(productContract, {}, () => ({
    list: ({ query }) => ({ items: [tea], page: query.page, page_size: query.page_size, total: 1 }),
    get: () => tea, create: () => tea, update: () => undefined, remove: () => undefined, setImage: () => undefined,
    exported: () => ({ body: 'id,name\n' }), watch: async function* () { yield { stock: 1 }; }, tree: () => ({ name: 'all', children: [] }), move: () => ({ moved: 0 }),
  })),
  implement(orderContract, {}, () => ({ place: () => ({ id: tea.id, status: 'placed' as const, total: 900 }), get: ({ params }) => params })),
];

/** A shop with every feature that a document can show. */
export const shop = (options: Partial<CreateDispatcherOptions> = {}): Dispatcher => createDispatcher({ versions, routes: implementations, ...options });
