import { provide } from '@org/enterprise-di';
import { EventSink } from '../events/event-sink.js';
import { pageOf } from '../page-of.js';
import { OrderConflict } from './order.errors.js';
import { OrderRepository, sortKey } from './order.repository.js';
import type { Order } from './order.js';

/** Orders that are gone with the process. */
export const memoryOrderRepository = provide(OrderRepository, { events: EventSink }, ({ events }): OrderRepository => {
  const orders = new Map<string, Order>();
  return {
    async find(id) { return orders.get(id); },
    async save({ state, events: happened }) {
      const expected = state.version - 1;
      const actual = orders.get(state.id)?.version ?? 0;
      if (actual !== expected) throw new OrderConflict({ id: state.id, expected, actual });
      // First, so that an order whose events cannot be kept is not kept either.
      await events.append(happened);
      orders.set(state.id, state);
    },
    async list(request) {
      const { status, customer_id } = request.filters;
      const fits = (order: Order): boolean => (status === undefined || order.status === status) && (customer_id === undefined || order.customerId === customer_id);
      return pageOf([...orders.values()].filter(fits), request, sortKey);
    },
  };
});
