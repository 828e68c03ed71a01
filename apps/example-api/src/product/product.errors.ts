import { defineError } from '@org/enterprise-kernel';
import { z } from 'zod';

export const ProductNotFound = defineError('PRODUCT_NOT_FOUND', {
  kind: 'missing',
  title: 'There is no such product.',
  details: z.object({ id: z.string() }),
});

const versions = z.object({ id: z.string(), expected: z.int(), actual: z.int() });

/** The caller's picture of the product was old before it asked for a change. */
export const ProductStale = defineError('PRODUCT_STALE', {
  kind: 'stale',
  title: 'The product has changed since you read it; read it again.',
  details: versions,
});

/** Two changes met. */
export const ProductConflict = defineError('CONFLICT', {
  kind: 'conflict',
  title: 'Somebody else is changing the product; read it again.',
  details: versions,
});
