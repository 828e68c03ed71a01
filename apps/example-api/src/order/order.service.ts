import { service } from '@org/enterprise-di';
import type { ListRequest } from '@org/enterprise-http';
import { uuidv7 } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { Clock } from '../platform.js';
import { mayAct, maySee, permissionFor, seesAll, type Actor } from './order.access.js';
import { OrderForbidden, OrderNotFound } from './order.errors.js';
import { OrderRepository, type OrderFilters, type OrderSort } from './order.repository.js';
import { Stock } from './order.stock.js';
import { assertVersion, changeOrder, mergeItems, placeOrder, type Order, type OrderAction, type OrderItem } from './order.js';

/** Each use case that writes is one unit of work; reading needs none. */
export const OrderService = service('order.OrderService', { orders: OrderRepository, stock: Stock, database: Database, clock: Clock }, ({ orders, stock, database: { unitOfWork }, clock }) => {
  const now = (): Date => new Date(clock.now());

  /** To those who must not see an order it does not exist. */
  async function get(id: string, visible: (order: Order) => boolean): Promise<Order> {
    const order = await orders.find(id);
    if (!order || !visible(order)) throw new OrderNotFound({ id });
    return order;
  }

  return {
    get: (id: string, actor: Actor) => get(id, (order) => maySee(order, actor)),

    list: (request: ListRequest<OrderSort, Pick<OrderFilters, 'status'>>, actor: Actor) =>
      orders.list(seesAll(actor) ? request : { ...request, filters: { ...request.filters, customer_id: actor.id } }),

    place: (items: readonly OrderItem[], actor: Actor) => unitOfWork.run(async () => {
      const lines = await stock.reserve(mergeItems(items));
      const decision = placeOrder({ id: uuidv7(), customerId: actor.id, lines }, now());
      await orders.save(decision);
      return decision.state;
    }),

    change: (id: string, action: OrderAction, actor: Actor, expected?: number) => unitOfWork.run(async () => {
      const order = await get(id, (found) => maySee(found, actor) || mayAct(found, action, actor));
      if (!mayAct(order, action, actor)) throw new OrderForbidden({ permission: permissionFor(action) });
      assertVersion(order, expected);
      const decision = changeOrder(order, action, now());
      // The order before its products, everywhere: of two who cancel it, the second is refused here and gives nothing back.
      await orders.save(decision);
      if (decision.state.status === 'cancelled') await stock.release(order.lines);
      return decision.state;
    }),
  };
});
