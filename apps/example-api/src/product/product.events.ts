import { defineEvent } from '@org/enterprise-events';
import { z } from 'zod';

const product = { product_id: z.uuid() };
const key = ({ product_id }: { readonly product_id: string }): string => product_id;
const Amount = z.object({ amount: z.int(), currency: z.string() });

export const productFields = ['name', 'description', 'category', 'price'] as const;

export const ProductAdded = defineEvent('product.added', { key, schema: z.object({ ...product, name: z.string(), category: z.string(), price: Amount, stock: z.int() }) });
/** Says which facts are others now, not what they are. */
export const ProductChanged = defineEvent('product.changed', { key, schema: z.object({ ...product, fields: z.array(z.enum(productFields)) }) });
export const ProductStockCounted = defineEvent('product.stock_counted', { key, schema: z.object({ ...product, before: z.int(), quantity: z.int() }) });
export const ProductRemoved = defineEvent('product.removed', { key, schema: z.object(product) });
