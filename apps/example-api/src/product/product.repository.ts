import { token, type Decision } from '@org/enterprise-kernel';
import type { ListRequest, ListResult } from '@org/enterprise-http';
import type { Product } from './product.js';

export type ProductSort = 'price' | 'name' | 'created_at';

export interface ProductFilters {
  readonly category?: string | undefined;
  /** Minor units, inclusive. */
  readonly price_min?: number | undefined;
  readonly price_max?: number | undefined;
  /** Part of the name or the description, taken literally and without regard to case. */
  readonly q?: string | undefined;
}

export interface ProductRepository {
  find(id: string): Promise<Product | undefined>;
  list(request: ListRequest<ProductSort, ProductFilters>): Promise<ListResult<Product>>;
  /** Stores a new product, or the next version of a known one. @throws CONFLICT when another version came first */
  save(decision: Decision<Product>): Promise<void>;
  /** Removes the product of the decision. @throws CONFLICT when it is not at this version any more */
  remove(decision: Decision<Product>): Promise<void>;
  count(): Promise<number>;
}
export const ProductRepository = token<ProductRepository>('product.ProductRepository');

/** Values that products are sorted by, and cursors made of. */
export function sortKey(product: Product, field: string): string | number {
  switch (field) {
    case 'price': return product.price.amount;
    case 'created_at': return product.createdAt.toISOString();
    case 'name': return product.name;
    default: return product.id;
  }
}
