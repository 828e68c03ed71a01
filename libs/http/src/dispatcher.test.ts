import { z } from 'zod';
import { defineError, token } from '@org/enterprise-kernel';
import { versionSet } from '@org/enterprise-versioning';
import { contract } from './contract.js';
import { createDispatcher } from './dispatcher.js';
import { nodeServer } from './hosts/node.js';
import { implement } from './implement.js';
import { created, noContent, ok } from './returns.js';
import { evolve, route } from './route.js';
import supertest from 'supertest';

const OutOfStock = defineError('OUT_OF_STOCK', { kind: 'conflict', title: 'x', details: z.object({ ids: z.array(z.string()) }) });
const OrderView = z.object({ id: z.string(), status: z.enum(['placed', 'cancelled']), total: z.int() });
const placeV1 = route({ method: 'POST', path: '/orders', summary: 'Place', access: 'public', body: z.object({ product_id: z.string(), quantity: z.int() }), returns: created(OrderView, { location: '/orders/{id}' }), errors: [OutOfStock] });
const placeV2 = evolve(placeV1, {
  since: 'v2',
  body: z.object({ items: z.array(z.object({ product_id: z.string(), quantity: z.int() })).min(1) }),
  returns: created(OrderView.extend({ total: z.object({ amount: z.int(), currency: z.string() }) }), { location: '/orders/{id}' }),
}, {
  upgrade: ({ body }) => ({ body: { items: [body] } }),
  downgrade: (v2) => ({ ...v2, total: v2.total.amount }),
});
const get = route({ method: 'GET', path: '/orders/{id}', summary: 'x', access: 'public', params: z.object({ id: z.string() }), query: z.object({ full: z.boolean().optional() }), returns: ok(OrderView.extend({ note: z.string().nullable() }), { etag: 'total' }) });
const c = contract('orders', { place: placeV2, get });
const app = () => createDispatcher({
  versions: versionSet({ supported: ['v1', 'v2'], default: 'v1' }),
  routes: [implement(c, {}, () => ({
    place: async ({ body }) => { if (body.items[0]!.quantity > 5) throw new OutOfStock({ ids: ['a'] }); return { id: 'o1', status: 'placed', total: { amount: 450, currency: 'EUR' }, secret: 'x' }; },
    get: ({ params, query }) => ({ id: params.id, status: query.full ? 'placed' as const : 'cancelled', total: 1, note: null }),
  }))],
});
test('a request is answered in two versions', async () => {
  const http = supertest(nodeServer(app()));
  const v1 = await http.post('/api/v1/orders').send({ product_id: 'a', quantity: 1 });
  console.log(v1.status, v1.text, v1.headers);
  const v2 = await http.post('/api/v2/orders').send({ items: [{ product_id: 'a', quantity: 1 }] });
  console.log(v2.status, v2.text, v2.headers.location);
  for (const r of [http.post('/api/v1/orders').send({ product_id: 'a', quantity: 9 }), http.post('/api/v1/orders').send({ product_id: 1, extra: 1 }), http.get('/api/orders/1?full=1'), http.get('/api/orders/1?ful=1'), http.delete('/api/orders/1'), http.options('/api/v2/orders/1'), http.get('/nope'), http.get('/api/v9/orders'), http.post('/api/v1/orders').set('content-type','application/json').send('{"a":'), http.post('/api/v1/orders').set('content-type','application/json').send('{"__proto__":{}}')]) {
    const a = await r; console.log(a.status, a.text);
  }
  expect(v1.body.data).toEqual({ id: 'o1', status: 'placed', total: 450 });
});
