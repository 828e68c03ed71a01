import type { ListRequest, ListResult } from '@org/enterprise-http';
import { token, type Decision } from '@org/enterprise-kernel';
import type { Order, OrderStatus } from './order.js';

export type OrderSort = 'created_at';

export interface OrderFilters {
  readonly status?: OrderStatus | undefined;
  readonly customer_id?: string | undefined;
}

export interface OrderRepository {
  find(id: string): Promise<Order | undefined>;
  list(request: ListRequest<OrderSort, OrderFilters>): Promise<ListResult<Order>>;
  /**
   * Stores a new order, or the next version of a known one, together with its events: both or neither.
   * @throws ORDER_CONFLICT when another version came first
   */
  save(decision: Decision<Order>): Promise<void>;
}
export const OrderRepository = token<OrderRepository>('order.OrderRepository');

/** Values that orders are sorted by, and cursors made of. */
export const sortKey = (order: Order, field: string): string => (field === 'created_at' ? order.createdAt.toISOString() : order.id);
