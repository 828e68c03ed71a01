import { defineEvent } from '@org/enterprise-events';
import { z } from 'zod';

const Amount = z.object({ amount: z.int(), currency: z.string() });
const order = { order_id: z.string(), customer_id: z.string() };
const Item = z.object({ product_id: z.string(), quantity: z.int() });
const key = ({ order_id }: { readonly order_id: string }): string => order_id;

export const OrderPlaced = defineEvent('order.placed', {
  key, schema: z.object({ ...order, items: z.array(Item.extend({ unit_price: Amount })), total: Amount }),
});
export const OrderPaid = defineEvent('order.paid', { key, schema: z.object({ ...order, total: Amount }) });
export const OrderShipped = defineEvent('order.shipped', { key, schema: z.object({ ...order, items: z.array(Item) }) });
export const OrderCompleted = defineEvent('order.completed', { key, schema: z.object(order) });
/** `was` says whether there is money to give back: `paid`. */
export const OrderCancelled = defineEvent('order.cancelled', {
  key, schema: z.object({ ...order, was: z.enum(['placed', 'paid']), items: z.array(Item), total: Amount }),
});
