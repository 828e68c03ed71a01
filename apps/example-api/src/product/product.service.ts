import { service } from '@org/enterprise-di';
import { uuidv7, type Decision } from '@org/enterprise-kernel';
import { Clock } from '../platform.js';
import { ProductNotFound } from './product.errors.js';
import { ProductRepository } from './product.repository.js';
import { addProduct, assertVersion, changeProduct, countStock, removeProduct, type Product, type ProductChange, type ProductDraft } from './product.js';

export const ProductService = service('product.ProductService', { products: ProductRepository, clock: Clock }, ({ products, clock }) => {
  const now = (): Date => new Date(clock.now());

  async function get(id: string): Promise<Product> {
    const product = await products.find(id);
    if (!product) throw new ProductNotFound({ id });
    return product;
  }

  async function update(id: string, expected: number | undefined, decide: (product: Product) => Decision<Product>): Promise<Product> {
    const product = await get(id);
    assertVersion(product, expected);
    const decision = decide(product);
    await products.save(decision);
    return decision.state;
  }

  return {
    get,
    list: products.list,
    async add(draft: Omit<ProductDraft, 'id'>): Promise<Product> {
      const decision = addProduct({ ...draft, id: uuidv7() }, now());
      await products.save(decision);
      return decision.state;
    },
    change: (id: string, change: ProductChange, expected?: number) => update(id, expected, (product) => changeProduct(product, change, now())),
    countStock: (id: string, quantity: number, expected?: number) => update(id, expected, (product) => countStock(product, quantity, now())),
    async remove(id: string, expected?: number): Promise<void> {
      const product = await get(id);
      assertVersion(product, expected);
      await products.remove(removeProduct(product));
    },
  };
});
