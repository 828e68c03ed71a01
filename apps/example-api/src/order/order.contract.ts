import { contract, created, cursorPageOf, evolve, list, ok, pageOf, route } from '@org/enterprise-http';
import { z } from 'zod';
import { changeOrderTo, ownOrders, readOrder } from './order.access.js';
import { OrderConflict, OrderCurrencyMixed, OrderNotFound, OrderProductUnknown, OrderStale, OrderStateConflict, OutOfStock } from './order.errors.js';
import { orderLimits, orderStatuses } from './order.js';

const Id = z.uuid().meta({ example: '01890a5d-ac96-774b-bcce-b302099a8057' });
const ProductId = Id.toLowerCase();
const Minor = z.int().min(0).meta({ description: 'In minor units (cents).', example: 1990 });
const Currency = z.string().meta({ description: 'ISO 4217.', example: 'EUR' });
const Quantity = z.int().min(1).max(orderLimits.quantity).meta({ example: 2 });
const Time = z.iso.datetime().meta({ example: '2026-01-01T09:30:00.000Z' });
const Amount = z.object({ amount: Minor, currency: Currency }).meta({ id: 'Amount' });
const Status = z.enum(orderStatuses);

const item = { product_id: Id, quantity: z.int() };
const record = { version: z.int(), created_at: Time, updated_at: Time };
const OrderV1 = z.object({ id: Id, status: Status, items: z.array(z.object({ ...item, unit_price: Minor })), total: Minor, currency: Currency, ...record }).meta({ id: 'OrderV1' });
const Order = z.object({ id: Id, customer_id: z.string(), status: Status, items: z.array(z.object({ ...item, unit_price: Amount })), total: Amount, ...record }).meta({ id: 'Order' });

/** v1 spells money as whole numbers beside one currency, and does not say whose the order is. */
const toV1 = ({ customer_id: _, items, total, ...order }: z.infer<typeof Order>): z.infer<typeof OrderV1> => ({
  ...order, items: items.map((each) => ({ ...each, unit_price: each.unit_price.amount })), total: total.amount, currency: total.currency,
});

const Items = z.array(z.object({ product_id: ProductId, quantity: Quantity })).min(1).max(orderLimits.lines).check(({ value, issues }) => {
  const sums = new Map<string, number>();
  for (const [i, { product_id, quantity }] of value.entries()) {
    const before = sums.get(product_id);
    const sum = quantity + (before ?? 0);
    sums.set(product_id, sum);
    if (before !== undefined && sum > orderLimits.quantity) issues.push({ code: 'custom', path: [i, 'quantity'], message: `makes more than ${orderLimits.quantity} of one product`, input: quantity });
  }
});

const listing = { sort: ['created_at'], defaultSort: ['-created_at'], filters: { status: Status } } as const;
const ordersByPage = list(listing);
export const orders = list({ ...listing, cursor: true });

const params = z.object({ id: Id });
const versioned = { etag: 'version' } as const;
const located = { ...versioned, location: '/orders/{id}' } as const;

const listV1 = route({
  method: 'GET', path: '/orders', summary: 'List orders', access: readOrder,
  query: ordersByPage.query, returns: ok(pageOf(OrderV1)),
});
const listV2 = evolve(listV1, { since: 'v2', query: orders.query, returns: ok(cursorPageOf(Order)) }, {
  upgrade: ({ query }) => ({ query }),
  downgrade: ({ items, page, page_size, total }) => ({ items: items.map(toV1), page: page!, page_size, total: total! }),
});

const getV1 = route({
  method: 'GET', path: '/orders/{id}', summary: 'Get an order', access: readOrder,
  params, returns: ok(OrderV1, versioned), errors: [OrderNotFound],
});
const getV2 = evolve(getV1, { since: 'v2', returns: ok(Order, versioned) }, { downgrade: toV1 });

const placeV1 = route({
  method: 'POST', path: '/orders', summary: 'Place an order', access: ownOrders, idempotency: 'optional',
  description: `Takes everything out of stock, or nothing. Items that name the same product are added up. All products of an order are priced in one currency.`,
  body: z.object({ items: Items }), returns: created(OrderV1, located),
  errors: [OutOfStock, OrderProductUnknown, OrderCurrencyMixed],
});
const placeV2 = evolve(placeV1, { since: 'v2', returns: created(Order, located) }, { downgrade: toV1 });

const changing = { params, ifMatch: 'optional', errors: [OrderNotFound, OrderStateConflict, OrderStale, OrderConflict] } as const;

const payV1 = route({
  ...changing, access: changeOrderTo.pay, method: 'POST', path: '/orders/{id}/pay', summary: 'Pay an order',
  description: 'From placed to paid.', returns: ok(OrderV1, versioned),
});
const payV2 = evolve(payV1, { since: 'v2', returns: ok(Order, versioned) }, { downgrade: toV1 });

const shipV1 = route({
  ...changing, access: changeOrderTo.ship, method: 'POST', path: '/orders/{id}/ship', summary: 'Ship an order',
  description: 'From paid to shipped.', returns: ok(OrderV1, versioned),
});
const shipV2 = evolve(shipV1, { since: 'v2', returns: ok(Order, versioned) }, { downgrade: toV1 });

const completeV1 = route({
  ...changing, access: changeOrderTo.complete, method: 'POST', path: '/orders/{id}/complete', summary: 'Complete an order',
  description: 'From shipped to completed.', returns: ok(OrderV1, versioned),
});
const completeV2 = evolve(completeV1, { since: 'v2', returns: ok(Order, versioned) }, { downgrade: toV1 });

const cancelV1 = route({
  ...changing, access: changeOrderTo.cancel, method: 'POST', path: '/orders/{id}/cancel', summary: 'Cancel an order',
  description: 'From placed or paid to cancelled; what was reserved is in stock again.', returns: ok(OrderV1, versioned),
});
const cancelV2 = evolve(cancelV1, { since: 'v2', returns: ok(Order, versioned) }, { downgrade: toV1 });

export const orderContract = contract('orders', { list: listV2, get: getV2, place: placeV2, pay: payV2, ship: shipV2, complete: completeV2, cancel: cancelV2 });

/** What v1 declares, for its clients. */
export const orderContractV1 = contract('orders', { list: listV1, get: getV1, place: placeV1, pay: payV1, ship: shipV1, complete: completeV1, cancel: cancelV1 });
