import { service } from '@org/enterprise-di';
import { Settings } from '../platform.js';
import { ProductRepository } from './product.repository.js';
import { ProductService } from './product.service.js';

const kinds = [
  { category: 'tea', things: ['Oolong', 'Sencha', 'Assam', 'Earl Grey', 'Rooibos'], unit: '100 g', price: 690 },
  { category: 'coffee', things: ['Espresso', 'Sumatra', 'Yirgacheffe', 'Decaf', 'House blend'], unit: '250 g', price: 890 },
  { category: 'kitchen', things: ['Kettle', 'Grinder', 'Scale', 'Teapot', 'Filter'], unit: 'one piece', price: 2490 },
  { category: 'books', things: ['Brewing', 'Roasting', 'Cupping', 'Origins', 'Latte art'], unit: 'paperback', price: 1990 },
];

/** Fills an empty catalogue with products to try things on. Whatever is there already stays as it is. */
export const ProductSeed = service('product.ProductSeed', { settings: Settings, repository: ProductRepository, products: ProductService }, ({ settings, repository, products }) => ({
  async run(): Promise<void> {
    const count = settings.SEED_PRODUCTS ?? (settings.APP_ENV === 'dev' ? 50 : 0);
    if (count === 0 || await repository.count() > 0) return;
    for (let i = 0; i < count; i++) {
      const { category, things, unit, price } = kinds[i % kinds.length]!;
      const series = Math.floor(i / kinds.length);
      await products.add({
        name: `${things[series % things.length]} no. ${Math.floor(series / things.length) + 1}`,
        description: `${unit}, for demonstration`,
        category, stock: (i * 7) % 40,
        price: { amount: price + (i % 10) * 50, currency: 'EUR' },
      });
    }
  },
}), { start: (seed) => seed.run() });
