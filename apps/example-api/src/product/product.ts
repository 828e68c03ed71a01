import { decided, type Decision } from '@org/enterprise-kernel';
import { ProductStale } from './product.errors.js';
import { ProductAdded, ProductChanged, productFields, ProductRemoved, ProductStockCounted } from './product.events.js';
import { money, sameMoney, type Money } from './money.js';

/** A product of the catalogue, with its stock. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly price: Money;
  /** How many can be sold. */
  readonly stock: number;
  /** Rises by one with every change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ProductDraft extends Pick<Product, 'id' | 'name' | 'description' | 'category' | 'stock'> {
  readonly price: { readonly amount: number; readonly currency: string };
}

/** What can be changed of a product; a price without a currency keeps the one it has. */
export interface ProductChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly category?: string | undefined;
  readonly price?: { readonly amount: number; readonly currency?: string | undefined } | undefined;
}

/** Adds a product to the catalogue. */
export function addProduct(draft: ProductDraft, now: Date): Decision<Product> {
  const product: Product = { ...draft, price: money(draft.price.amount, draft.price.currency), stock: wholeStock(draft.stock), version: 1, createdAt: now, updatedAt: now };
  const { id, name, category, price, stock } = product;
  return decided(product, ProductAdded({ product_id: id, name, category, price: { ...price }, stock }));
}

/** Changes what a product says about itself. */
export function changeProduct(product: Product, change: ProductChange, now: Date): Decision<Product> {
  const changed = next(product, now, {
    name: change.name ?? product.name,
    description: change.description ?? product.description,
    category: change.category ?? product.category,
    price: change.price ? money(change.price.amount, change.price.currency ?? product.price.currency) : product.price,
  });
  const fields = productFields.filter((field) => (field === 'price' ? !sameMoney(changed.price, product.price) : changed[field] !== product[field]));
  return decided(changed, ProductChanged({ product_id: product.id, fields }));
}

/** Sets the stock to what was counted. */
export const countStock = (product: Product, quantity: number, now: Date): Decision<Product> =>
  decided(next(product, now, { stock: wholeStock(quantity) }), ProductStockCounted({ product_id: product.id, before: product.stock, quantity }));

/** Takes a product out of the catalogue. */
export const removeProduct = (product: Product): Decision<Product> => decided(product, ProductRemoved({ product_id: product.id }));

/** @throws PRODUCT_STALE when the product is not at the version that the caller has seen */
export function assertVersion(product: Product, expected: number | undefined): void {
  if (expected !== undefined && product.version !== expected) throw new ProductStale({ id: product.id, expected, actual: product.version });
}

const next = (product: Product, now: Date, change: Partial<Product>): Product => ({ ...product, ...change, version: product.version + 1, updatedAt: now });

function wholeStock(quantity: number): number {
  if (!Number.isSafeInteger(quantity) || quantity < 0) throw new RangeError(`${quantity} is not a stock.`);
  return quantity;
}
