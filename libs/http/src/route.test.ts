import { z } from 'zod';
import { defineError, token } from '@org/enterprise-kernel';
import { contract } from './contract.js';
import { implement } from './implement.js';
import { reply } from './reply.js';
import { created, noContent, ok } from './returns.js';
import { evolve, route } from './route.js';

// The promises here are kept by the compiler: what must not compile is marked, and a mark on a line that compiles fails the check of types.

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
const remove = route({ method: 'DELETE', path: '/orders/{id}', summary: 'x', access: 'authenticated', params: z.object({ id: z.string() }), returns: noContent() });
const get = route({ method: 'GET', path: '/orders/{id}', summary: 'x', access: 'public', params: z.object({ id: z.string() }), query: z.object({ full: z.boolean().optional() }), returns: ok(OrderView) });
const getV2 = evolve(get, { since: 'v2', summary: 'y' }, {});
const Svc = token<{ n: number }>('x.Svc');

test('a handler has the types of the newest declaration: its request, its answer and its dependencies', async () => {
  const implementation = implement(contract('orders', { place: placeV2, remove, get: getV2 }), { svc: Svc }, ({ svc }) => ({
    place: async ({ body }) => ({ id: body.items[0]!.product_id, status: 'placed', total: { amount: svc.n, currency: 'EUR' } }),
    remove: async () => undefined,
    get: ({ params, query }) => reply({ id: params.id, status: query.full ? 'placed' : 'cancelled', total: 1 }, { status: 200 }),
  }));
  const { place } = implementation.build(() => ({ n: 7 }) as never);
  expect(await place!({ body: { items: [{ product_id: 'tea', quantity: 1 }] } })).toEqual({ id: 'tea', status: 'placed', total: { amount: 7, currency: 'EUR' } });
});

test('a handler that does not fit its route does not compile', () => {
  const handlers = [
    // @ts-expect-error the id is a number
    implement(contract('x', { get }), {}, () => ({ get: () => ({ id: 1, status: 'placed', total: 1 }) })),
    // @ts-expect-error a later answer is one all the same
    implement(contract('x', { get }), {}, () => ({ get: async () => ({ id: '1', status: 'lost', total: 1 }) })),
    // @ts-expect-error a field is missing, within a reply too
    implement(contract('x', { get }), {}, () => ({ get: () => reply({ id: '1', status: 'placed' }) })),
    // @ts-expect-error there is nothing to return
    implement(contract('x', { remove }), {}, () => ({ remove: () => ({ id: '1' }) })),
    // @ts-expect-error a handler is missing
    implement(contract('x', { get, remove }), {}, () => ({ remove: () => undefined })),
    // @ts-expect-error the route has no such parameter
    implement(contract('x', { get }), {}, () => ({ get: ({ params }) => ({ id: params.slug, status: 'placed', total: 1 }) })),
    // @ts-expect-error the handler gets the newest body, which has items
    implement(contract('x', { place: placeV2 }), {}, () => ({ place: ({ body }) => ({ id: body.product_id, status: 'placed', total: { amount: 1, currency: 'EUR' } }) })),
    // @ts-expect-error nothing of that name was asked for
    implement(contract('x', { remove }), { svc: Svc }, ({ service }) => ({ remove: () => void service })),
  ];
  expect(handlers).toHaveLength(8);
});

test('a version that changes something says how to get there and back', () => {
  const ends = { since: 'v2', params: z.object({ id: z.uuid(), part: z.int() }), query: z.object({ fields: z.string() }) };
  const routes = [
    // @ts-expect-error the upgrade is missing
    evolve(placeV1, { since: 'v2', body: z.object({ items: z.array(z.string()) }) }, {}),
    // @ts-expect-error the downgrade is missing
    evolve(placeV1, { since: 'v2', returns: created(z.object({ id: z.string() })) }, {}),
    // @ts-expect-error total is missing
    evolve(placeV1, { since: 'v2', returns: created(z.object({ id: z.string() })) }, { downgrade: (v2) => ({ id: v2.id, status: 'placed' }) }),
    // @ts-expect-error the upgrade leaves out the query
    evolve(get, ends, { upgrade: ({ params }) => ({ params: { id: params.id, part: 1 } }) }),
    // @ts-expect-error a parameter has the wrong type
    evolve(get, ends, { upgrade: ({ params }) => ({ params: { id: params.id, part: '1' }, query: { fields: '' } }) }),
    evolve(get, ends, { upgrade: ({ params, query }) => ({ params: { id: params.id, part: 1 }, query: { fields: query.full ? '*' : 'id' } }) }),
  ];
  expect(routes.map(({ spec }) => spec.since)).toEqual(routes.map(() => 'v2'));
});

test('a route without access does not compile', () => {
  // @ts-expect-error no access
  const silent = route({ method: 'GET', path: '/x', summary: 'x', returns: noContent() });
  expect(silent.spec.access).toBeUndefined();
});
