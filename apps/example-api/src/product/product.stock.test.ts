import { createContainer, provide, provideValue } from '@org/enterprise-di';
import { manualClock } from '@org/enterprise-kernel';
import { Database } from '@org/enterprise-persistence';
import { migrations } from '@org/enterprise-persistence/migrations';
import { pgliteDatabase } from '@org/enterprise-persistence/pglite';
import { postgresDatabase } from '@org/enterprise-persistence/postgres';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { migrationOptions } from '../database.js';
import { EventSink } from '../events/event-sink.js';
import { Stock } from '../order/order.stock.js';
import { Clock } from '../platform.js';
import { addProduct, changeProduct, type Product } from './product.js';
import { drizzleProductRepository } from './product.repository.drizzle.js';
import { ProductRepository } from './product.repository.js';
import { drizzleStock } from './product.stock.drizzle.js';

const made = new Date('2026-01-01T00:00:00.000Z');
const now = new Date('2026-02-02T00:00:00.000Z');
const [tea, pot, cup] = ['a', 'b', 'c'].map((digit) => `${digit.repeat(8)}-0000-7000-8000-000000000000`) as [string, string, string];

describe('on PGlite', () => {
  story(async () => pgliteDatabase({ folder: 'memory' }));
});

describeWithPostgres('on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());
  story(async () => postgresDatabase({ url: await server.createDatabase() }));
});

function story(open: () => Promise<Database>): void {
  let database: Database;
  let stock: Stock;
  let products: ProductRepository;
  beforeAll(async () => {
    database = await open();
    await migrations(database, migrationOptions).migrate();
    const providers = [provide(Database, {}, () => database, { dispose: false }), provideValue(Clock, manualClock(now.getTime())), provideValue(EventSink, { append: async () => {} }), drizzleProductRepository, drizzleStock];
    const container = createContainer({ modules: [{ name: 'test', providers }] });
    await container.start();
    stock = container.resolve(Stock);
    products = container.resolve(ProductRepository);
  });
  beforeEach(() => database.script('delete from products'));
  afterAll(() => database.close());

  const shelve = async (id: string, quantity: number, amount = 690): Promise<Product> => {
    const decision = addProduct({ id, name: 'Thing', description: '', category: 'tea', stock: quantity, price: { amount, currency: 'EUR' } }, made);
    await products.save(decision);
    return decision.state;
  };
  const of = (productId: string, quantity: number) => ({ productId, quantity });

  test('what is reserved is taken and comes with its price, in the order in which it was asked for', async () => {
    const before = [await shelve(tea, 5), await shelve(pot, 1, 2490)];
    await expect(stock.reserve([of(pot, 1), of(tea, 2)])).resolves.toEqual([
      { productId: pot, quantity: 1, unitPrice: { amount: 2490, currency: 'EUR' } },
      { productId: tea, quantity: 2, unitPrice: { amount: 690, currency: 'EUR' } },
    ]);
    await expect(products.find(tea)).resolves.toEqual({ ...before[0], stock: 3, version: 2, updatedAt: now });
    await expect(products.find(pot)).resolves.toEqual({ ...before[1], stock: 0, version: 2, updatedAt: now });
  });

  test('a save by someone who has not seen the reservation is a conflict', async () => {
    const read = await shelve(tea, 5);
    await stock.reserve([of(tea, 2)]);
    await expect(products.save(changeProduct(read, { name: 'Other' }, now))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(products.find(tea)).resolves.toMatchObject({ stock: 3 });
  });

  test('all products that are short are named at once, and the unit of work takes back the rest', async () => {
    await shelve(tea, 1);
    await shelve(pot, 0);
    await shelve(cup, 9);
    const reserving = database.unitOfWork.run(() => stock.reserve([of(cup, 1), of(pot, 1), of(tea, 2)]));
    await expect(reserving).rejects.toMatchObject({ code: 'OUT_OF_STOCK', details: { product_ids: [pot, tea] } });
    await expect(products.find(cup)).resolves.toMatchObject({ stock: 9, version: 1 });
  });

  test('all products that do not exist are named before those that are short', async () => {
    await shelve(tea, 1);
    const reserving = database.unitOfWork.run(() => stock.reserve([of(tea, 2), of(cup, 1), of(pot, 1)]));
    await expect(reserving).rejects.toMatchObject({ code: 'ORDER_PRODUCT_UNKNOWN', details: { product_ids: [cup, pot] } });
  });

  test('a product that is asked for twice is refused, as half of it would be taken', async () => {
    await shelve(tea, 5);
    await expect(database.unitOfWork.run(() => stock.reserve([of(tea, 1), of(tea, 2)]))).rejects.toThrow(TypeError);
    await expect(products.find(tea)).resolves.toMatchObject({ stock: 5 });
  });

  test('what is given back can be taken again; products that are gone are left out', async () => {
    await shelve(tea, 1);
    await stock.reserve([of(tea, 1)]);
    await stock.release([of(tea, 1), of(pot, 3)]);
    await expect(products.find(tea)).resolves.toMatchObject({ stock: 1, version: 3 });
    await expect(products.find(pot)).resolves.toBeUndefined();
    await expect(stock.reserve([of(tea, 1)])).resolves.toHaveLength(1);
  });
}
