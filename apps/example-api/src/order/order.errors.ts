import { defineError } from '@org/enterprise-kernel';
import { z } from 'zod';

const products = z.object({ product_ids: z.array(z.string()) });

export const OrderNotFound = defineError('ORDER_NOT_FOUND', {
  kind: 'missing',
  title: 'There is no such order.',
  details: z.object({ id: z.string() }),
});

export const OutOfStock = defineError('OUT_OF_STOCK', {
  kind: 'conflict',
  title: 'There is not enough of some products; see `product_ids`.',
  details: products,
});

export const OrderProductUnknown = defineError('ORDER_PRODUCT_UNKNOWN', {
  kind: 'invalid',
  title: 'The order names products that do not exist; see `product_ids`.',
  details: products,
});

export const OrderCurrencyMixed = defineError('ORDER_CURRENCY_MIXED', {
  kind: 'rejected',
  title: 'An order is in one currency; order these products separately.',
  details: z.object({ currencies: z.array(z.string()) }),
});

export const OrderStateConflict = defineError('ORDER_STATE_CONFLICT', {
  kind: 'conflict',
  title: 'The state of the order does not allow this.',
  details: z.object({ id: z.string(), state: z.string(), action: z.string() }),
});

const versions = z.object({ id: z.string(), expected: z.int(), actual: z.int() });

/** The caller's picture of the order was old before it asked for a change. */
export const OrderStale = defineError('ORDER_STALE', {
  kind: 'stale',
  title: 'The order has changed since you read it; read it again.',
  details: versions,
});

/** Two changes met. */
export const OrderConflict = defineError('ORDER_CONFLICT', {
  kind: 'conflict',
  title: 'Somebody else is changing the order; read it again.',
  details: versions,
});
