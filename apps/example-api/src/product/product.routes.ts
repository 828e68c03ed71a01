import { implement } from '@org/enterprise-http';
import { productContract, products as productList } from './product.contract.js';
import { sortKey } from './product.repository.js';
import { ProductService } from './product.service.js';
import type { Product } from './product.js';

const toWire = ({ createdAt, updatedAt, ...product }: Product) => ({ ...product, created_at: createdAt.toISOString(), updated_at: updatedAt.toISOString() });

/** The version in If-Match, which the contract has checked to be there. */
const expected = (version: string | undefined): number | undefined => (version === undefined ? undefined : Number(version));

export const productRoutes = implement(productContract, { products: ProductService }, ({ products }) => ({
  async list({ query }) {
    const request = productList.read(query);
    const result = await products.list(request);
    return { items: result.items.map(toWire), ...productList.info(request, result, sortKey) };
  },
  get: async ({ params }) => toWire(await products.get(params.id)),
  add: async ({ body }) => toWire(await products.add(body)),
  change: async ({ params, body, expectedVersion }) => toWire(await products.change(params.id, body, expected(expectedVersion))),
  setStock: async ({ params, body, expectedVersion }) => toWire(await products.countStock(params.id, body.quantity, expected(expectedVersion))),
  remove: ({ params, expectedVersion }) => products.remove(params.id, expected(expectedVersion)),
}));
