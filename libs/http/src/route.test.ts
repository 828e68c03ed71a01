import { z } from 'zod';
import { defineError, token } from '@org/enterprise-kernel';
import { contract } from './contract.js';
import { implement } from './implement.js';
import { created, noContent, ok } from './returns.js';
import { evolve, route } from './route.js';

const OutOfStock = defineError('OUT_OF_STOCK', { kind: 'conflict', title: 'x', details: z.object({ ids: z.array(z.string()) }) });
const OrderView = z.object({ id: z.string(), status: z.enum(['placed', 'cancelled']), total: z.int() });
const placeV1 = route({ method: 'POST', path: '/orders', summary: 'Place', access: 'orders:place', body: z.object({ product_id: z.string(), quantity: z.int() }), returns: created(OrderView), errors: [OutOfStock] });
const placeV2 = evolve(placeV1, {
  since: 'v2',
  body: z.object({ items: z.array(z.object({ product_id: z.string(), quantity: z.int() })).min(1) }),
  returns: created(OrderView.extend({ total: z.object({ amount: z.int(), currency: z.string() }) })),
}, {
  upgrade: ({ body }) => ({ body: { items: [body] } }),
  downgrade: (v2) => ({ ...v2, total: v2.total.amount }),
});
const del = route({ method: 'DELETE', path: '/orders/{id}', summary: 'x', access: 'authenticated', params: z.object({ id: z.string() }), returns: noContent() });
const get = route({ method: 'GET', path: '/orders/{id}', summary: 'x', access: 'public', params: z.object({ id: z.string() }), query: z.object({ full: z.boolean().optional() }), returns: ok(OrderView) });
const get2 = evolve(get, { since: 'v2', summary: 'y' }, {});
const Svc = token<{ n: number }>('x.Svc');
const c = contract('orders', { place: placeV2, del, get2 });
export const impl = implement(c, { svc: Svc }, ({ svc }) => ({
  place: async ({ body }) => ({ id: body.items[0]!.product_id, status: 'placed', total: { amount: svc.n, currency: 'EUR' } }),
  del: async () => undefined,
  get2: ({ params, query }) => ({ id: params.id, status: query.full ? 'placed' as const : 'cancelled', total: 1 }),
}));

// @ts-expect-error the upgrade is missing
evolve(placeV1, { since: 'v2', body: z.object({ items: z.array(z.string()) }) }, {});
// @ts-expect-error the downgrade is missing
evolve(placeV1, { since: 'v2', returns: created(z.object({ id: z.string() })) }, {});
// @ts-expect-error total is missing
evolve(placeV1, { since: 'v2', returns: created(z.object({ id: z.string() })) }, { downgrade: (v2) => ({ id: v2.id, status: 'placed' }) });
// @ts-expect-error wrong type
implement(contract('x', { get }), {}, () => ({ get: () => ({ id: 1, status: 'placed', total: 1 }) }));
// @ts-expect-error no access
route({ method: 'GET', path: '/x', summary: 'x', returns: noContent() });
test('types', () => expect(1).toBe(1));
