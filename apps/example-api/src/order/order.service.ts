import { service } from '@org/enterprise-di';
import type { ListRequest } from '@org/enterprise-http';
import { Forbidden, uuidv7, type Caller } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { Clock } from '../platform.js';
import { changeOrderTo, readOrder } from './order.access.js';
import { OrderRepository, type OrderFilters, type OrderSort } from './order.repository.js';
import { Stock } from './order.stock.js';
import { assertVersion, changeOrder, mergeItems, placeOrder, type OrderAction, type OrderItem } from './order.js';

/** Each use case that writes is one unit of work; reading needs none. */
export const OrderService = service('order.OrderService', { orders: OrderRepository, stock: Stock, database: Database, clock: Clock }, ({ orders, stock, database: { unitOfWork }, clock }) => {
  const now = (): Date => new Date(clock.now());

  return {
    get: async (id: string, caller: Caller) => readOrder.check(caller, await orders.find(id), { id }),

    async list(request: ListRequest<OrderSort, Pick<OrderFilters, 'status'>>, caller: Caller) {
      const scope = readOrder.scope(caller);
      if (scope === 'none') throw new Forbidden({ policy: readOrder.name });
      return orders.list(scope === 'all' ? request : { ...request, filters: { ...request.filters, customer_id: scope.customerId } });
    },

    place: (items: readonly OrderItem[], caller: Caller) => unitOfWork.run(async () => {
      const lines = await stock.reserve(mergeItems(items));
      const decision = placeOrder({ id: uuidv7(), customerId: caller.id, lines }, now());
      await orders.save(decision);
      return decision.state;
    }),

    change: (id: string, action: OrderAction, caller: Caller, expected?: number) => unitOfWork.run(async () => {
      const order = changeOrderTo[action].check(caller, await orders.find(id), { id });
      assertVersion(order, expected);
      const decision = changeOrder(order, action, now());
      // The order before its products, everywhere: of two who cancel it, the second is refused here and gives nothing back.
      await orders.save(decision);
      if (decision.state.status === 'cancelled') await stock.release(order.lines);
      return decision.state;
    }),
  };
});
