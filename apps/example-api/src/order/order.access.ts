import { own, permission, policy, type Rule } from '@org/enterprise-auth';
import { OrderNotFound } from './order.errors.js';
import type { Order, OrderAction } from './order.js';

/** What customers need to place orders and to see and change their own; a key without it in its scopes keeps off them. */
export const ownOrders = 'orders:own';

const customer: Rule<Pick<Order, 'customerId'>, Pick<Order, 'customerId'>> = own('customerId', { needs: ownOrders });

export const readOrder = policy('orders.read', { allow: { customer, staff: permission('orders:read') }, missing: OrderNotFound });

/** Who may do what to an order. Customers pay and cancel their own. */
export const changeOrderTo = {
  pay: policy('orders.pay', { allow: { customer, staff: permission('orders:pay') }, knownTo: readOrder }),
  ship: policy('orders.ship', { allow: { staff: permission('orders:ship') }, knownTo: readOrder }),
  complete: policy('orders.complete', { allow: { staff: permission('orders:complete') }, knownTo: readOrder }),
  cancel: policy('orders.cancel', { allow: { customer, staff: permission('orders:cancel') }, knownTo: readOrder }),
} satisfies Record<OrderAction, unknown>;
