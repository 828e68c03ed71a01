import { decided, type Decision } from '@org/enterprise-kernel';
import type { Money } from '../product/money.js';
import { OrderStale, OrderStateConflict } from './order.errors.js';
import { OrderCancelled, OrderCompleted, OrderPaid, OrderPlaced, OrderShipped } from './order.events.js';
import { totalOf } from './order.pricing.js';

export const orderStatuses = ['placed', 'paid', 'shipped', 'completed', 'cancelled'] as const;
export type OrderStatus = (typeof orderStatuses)[number];
export type OrderAction = keyof typeof transitions;

/** So many of one product. */
export interface OrderItem {
  readonly productId: string;
  readonly quantity: number;
}

/** An item at the price at which it was ordered. */
export interface OrderLine extends OrderItem {
  readonly unitPrice: Money;
}

export interface Order {
  readonly id: string;
  readonly customerId: string;
  readonly status: OrderStatus;
  /** Never change once the order is placed. */
  readonly lines: readonly OrderLine[];
  readonly total: Money;
  /** Rises by one with every change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const orderLimits = { lines: 100, quantity: 10_000 } as const;

interface Transition {
  readonly from: readonly OrderStatus[];
  readonly to: OrderStatus;
  /** Makes the event out of the order as it was. */
  event(order: Order): Decision<Order>['events'][number];
}

/** The state machine. What is on its way cannot be cancelled any more; completed and cancelled are the ends. */
const transitions = {
  pay: { from: ['placed'], to: 'paid', event: (order) => OrderPaid({ ...key(order), total: order.total }) },
  ship: { from: ['paid'], to: 'shipped', event: (order) => OrderShipped({ ...key(order), items: order.lines.map(toItem) }) },
  complete: { from: ['shipped'], to: 'completed', event: (order) => OrderCompleted(key(order)) },
  cancel: {
    from: ['placed', 'paid'], to: 'cancelled',
    event: (order) => OrderCancelled({ ...key(order), was: order.status as 'placed' | 'paid', items: order.lines.map(toItem), total: order.total }),
  },
} as const satisfies Record<string, Transition>;

export const orderActions = Object.keys(transitions) as readonly OrderAction[];

/** Adds up items that name the same product, each where it came first: a cart that has it twice wants it twice. */
export function mergeItems(items: readonly OrderItem[]): OrderItem[] {
  const merged = new Map<string, OrderItem>();
  for (const { productId, quantity } of items) merged.set(productId, { productId, quantity: quantity + (merged.get(productId)?.quantity ?? 0) });
  return [...merged.values()];
}

/**
 * Places an order for lines that are reserved.
 * @throws ORDER_CURRENCY_MIXED; RangeError outside of {@link orderLimits}
 */
export function placeOrder({ id, customerId, lines }: Pick<Order, 'id' | 'customerId' | 'lines'>, now: Date): Decision<Order> {
  if (lines.length < 1 || lines.length > orderLimits.lines) throw new RangeError(`An order has 1 to ${orderLimits.lines} lines, not ${lines.length}.`);
  for (const { quantity } of lines) {
    if (!Number.isSafeInteger(quantity) || quantity < 1 || quantity > orderLimits.quantity) throw new RangeError(`${quantity} is not a quantity that can be ordered.`);
  }
  const order: Order = { id, customerId, status: 'placed', lines, total: totalOf(lines), version: 1, createdAt: now, updatedAt: now };
  return decided(order, OrderPlaced({ ...key(order), items: lines.map((line) => ({ ...toItem(line), unit_price: line.unitPrice })), total: order.total }));
}

/** @throws ORDER_STATE_CONFLICT where the state machine knows no such way */
export function changeOrder(order: Order, action: OrderAction, now: Date): Decision<Order> {
  const { from, to, event }: Transition = transitions[action];
  if (!from.includes(order.status)) throw new OrderStateConflict({ id: order.id, state: order.status, action });
  return decided({ ...order, status: to, version: order.version + 1, updatedAt: now }, event(order));
}

/** @throws ORDER_STALE when the order is not at the version that the caller has seen */
export function assertVersion(order: Order, expected: number | undefined): void {
  if (expected !== undefined && order.version !== expected) throw new OrderStale({ id: order.id, expected, actual: order.version });
}

const key = ({ id, customerId }: Order) => ({ order_id: id, customer_id: customerId });
const toItem = ({ productId, quantity }: OrderItem) => ({ product_id: productId, quantity });
