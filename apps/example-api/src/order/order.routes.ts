import { implement } from '@org/enterprise-http';
import type { Caller } from '@org/enterprise-kernel';
import { orderContract, orders as orderList } from './order.contract.js';
import { sortKey } from './order.repository.js';
import { OrderService } from './order.service.js';
import type { Order, OrderAction } from './order.js';

const toWire = ({ id, customerId, status, lines, total, version, createdAt, updatedAt }: Order) => ({
  id, customer_id: customerId, status,
  items: lines.map(({ productId, quantity, unitPrice }) => ({ product_id: productId, quantity, unit_price: unitPrice })),
  total, version, created_at: createdAt.toISOString(), updated_at: updatedAt.toISOString(),
});

interface Change {
  readonly params: { readonly id: string };
  readonly caller: Caller;
  readonly expectedVersion: string | undefined;
}

export const orderRoutes = implement(orderContract, { orders: OrderService }, ({ orders }) => {
  const change = (action: OrderAction) => async ({ params, caller, expectedVersion }: Change) =>
    toWire(await orders.change(params.id, action, caller, expectedVersion === undefined ? undefined : Number(expectedVersion)));

  return {
    async list({ query, caller }) {
      const request = orderList.read(query);
      const result = await orders.list(request, caller);
      return { items: result.items.map(toWire), ...orderList.info(request, result, sortKey) };
    },
    get: async ({ params, caller }) => toWire(await orders.get(params.id, caller)),
    place: async ({ body, caller }) => toWire(await orders.place(body.items.map(({ product_id, quantity }) => ({ productId: product_id, quantity })), caller)),
    pay: change('pay'),
    ship: change('ship'),
    complete: change('complete'),
    cancel: change('cancel'),
  };
});
