import { service } from '@org/enterprise-di';
import { uuidv7 } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { sql } from 'drizzle-orm';
import { Clock, Settings } from '../platform.js';
import { ProductRepository } from './product.repository.js';
import { products } from './product.table.js';

const kinds = [
  { category: 'tea', things: ['Oolong', 'Sencha', 'Assam', 'Earl Grey', 'Rooibos'], unit: '100 g', price: 690 },
  { category: 'coffee', things: ['Espresso', 'Sumatra', 'Yirgacheffe', 'Decaf', 'House blend'], unit: '250 g', price: 890 },
  { category: 'kitchen', things: ['Kettle', 'Grinder', 'Scale', 'Teapot', 'Filter'], unit: 'one piece', price: 2490 },
  { category: 'books', things: ['Brewing', 'Roasting', 'Cupping', 'Origins', 'Latte art'], unit: 'paperback', price: 1990 },
];

/** The same product for the same number, apart from its id and time. */
function demonstration(i: number, time: Date): Record<string, string | number | Date> {
  const { category, things, unit, price } = kinds[i % kinds.length]!;
  const series = Math.floor(i / kinds.length);
  return {
    id: uuidv7(),
    name: `${things[series % things.length]} no. ${Math.floor(series / things.length) + 1}`,
    description: `${unit}, for demonstration`,
    category,
    price: price + (i % 10) * 50, currency: 'EUR',
    stock: (i * 7) % 40, version: 1, created_at: time, updated_at: time,
  };
}

const batch = 1_000;

/** Adds demonstration products, a thousand in one statement; `onProgress` is told how many more there are. */
export async function seedProducts({ orm, unitOfWork }: Database, total: number, onProgress: (count: number) => void = () => {}, now: () => number = Date.now): Promise<void> {
  // One parameter, whatever the number of rows: as many values as a statement can take cost ten times the time.
  const insert = orm.insert(products).select(sql`select * from json_populate_recordset(null::${products}, ${sql.placeholder('rows')})`).prepare('product_seed');
  await unitOfWork.run(async () => {
    for (let done = 0; done < total; done += batch) {
      const count = Math.min(batch, total - done);
      const time = new Date(now());
      await insert.execute({ rows: JSON.stringify(Array.from({ length: count }, (_, i) => demonstration(done + i, time))) });
      onProgress(count);
    }
  });
}

/** Fills an empty catalogue at the first start, with something to try things on. */
export const ProductSeed = service('product.ProductSeed', { settings: Settings, repository: ProductRepository, database: Database, clock: Clock }, ({ settings, repository, database, clock }) => ({
  async run(): Promise<void> {
    const total = settings.SEED_PRODUCTS ?? (settings.APP_ENV === 'dev' ? 50 : 0);
    if (total > 0 && await repository.count() === 0) await seedProducts(database, total, undefined, clock.now);
  },
}), { start: (seed) => seed.run() });
