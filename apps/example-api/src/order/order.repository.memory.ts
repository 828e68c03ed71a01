import { provide } from '@org/enterprise-di';
import { EventSink } from '../events/event-sink.js';
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
    async list({ page, pageSize, sort, filters: { status, customer_id }, after }) {
      const keyOf = (order: Order): string[] => sort.map(({ field }) => sortKey(order, field));
      const compare = (a: readonly unknown[], b: readonly unknown[]): number => {
        const at = a.findIndex((value, i) => value !== b[i]);
        return at === -1 ? 0 : (String(a[at]) < String(b[at]) ? -1 : 1) * (sort[at]!.direction === 'asc' ? 1 : -1);
      };
      const fitting = [...orders.values()]
        .filter((order) => (status === undefined || order.status === status) && (customer_id === undefined || order.customerId === customer_id))
        .sort((a, b) => compare(keyOf(a), keyOf(b)));
      const rest = after ? fitting.filter((order) => compare(keyOf(order), after) > 0) : fitting.slice((page! - 1) * pageSize);
      return { items: rest.slice(0, pageSize), total: fitting.length, more: rest.length > pageSize };
    },
  };
});
