import { Database } from '@org/enterprise-persistence';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import type { Answer } from '../http.testing.js';
import { actAs, testApi, type TestApi } from '../testing.js';
import { shop } from './order.testing.js';

describeWithPostgres('orders that race', () => {
  let server: PostgresServer;
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());

  describe.each([10, 1])('on a pool of %d', (max) => {
    let api: TestApi;
    let shopping: ReturnType<typeof shop>;
    let deadlocks: () => Promise<number>;

    beforeAll(async () => {
      // So many products that the server looks them up one after the other: of few it reads all, in an order of its own.
      api = await testApi({ DATABASE_URL: await server.createDatabase(), DATABASE_POOL_MAX: max, HTTP_ENGINE: 'node', RATE_LIMIT_MAX: 0, SEED_PRODUCTS: 10_000 });
      shopping = shop(api);
      const database = api.app.resolve(Database);
      deadlocks = () => database.withConnection(async (connection) => {
        const { rows } = await connection.query({ text: `select deadlocks::int from pg_stat_database where datname = current_database()`, prepared: false, rows: 'objects' }, []);
        return rows[0].deadlocks;
      });
    }, 30_000);
    afterAll(() => api[Symbol.asyncDispose]());

    /** How often each status and code was answered. */
    function tally(answers: readonly Answer[]): Record<string, number> {
      const counts: Record<string, number> = {};
      for (const { status, body: { code } } of answers) counts[`${status} ${code}`] = (counts[`${status} ${code}`] ?? 0) + 1;
      return counts;
    }
    const buyers = (count: number, buy: (i: number) => Promise<Answer>): Promise<Answer[]> => Promise.all(Array.from({ length: count }, (_, i) => buy(i)));

    test('of 200 buyers of the last ten, ten get one', async () => {
      const tea = await shopping.product(10);
      const answers = await buyers(200, (i) => shopping.order(`buyer ${i}`, [tea, 1]));
      expect(tally(answers)).toEqual({ '201 OK': 10, '409 OUT_OF_STOCK': 190 });
      expect(await shopping.read(tea)).toMatchObject({ stock: 0, version: 11 });
    });

    test('buyers who name two products in opposite order never wait for each other in a circle', async () => {
      const [tea, pot] = [await shopping.product(60), await shopping.product(50)];
      const answers = await buyers(200, (i) => shopping.order(`buyer ${i}`, ...(i % 2 ? [[tea, 1], [pot, 1]] as const : [[pot, 1], [tea, 1]] as const)));
      expect(tally(answers)).toEqual({ '201 OK': 50, '409 OUT_OF_STOCK': 150 });
      expect([(await shopping.read(tea)).stock, (await shopping.read(pot)).stock]).toEqual([10, 0]);
      await expect(deadlocks()).resolves.toBe(0);
    });

    test('cancelling while others order the same products in another order gives back exactly what was taken', async () => {
      const all = await Promise.all(Array.from({ length: 4 }, () => shopping.product(1_000)));
      const turned = (i: number) => [...all.slice(i % 4), ...all.slice(0, i % 4)].map((product) => [product, 1] as const);
      const placed = await buyers(20, (i) => shopping.order('alice', ...turned(i)));
      const mixed = await Promise.all(placed.flatMap(({ body: { data: { id } } }, i) => [shopping.act(actAs('alice'), id, 'cancel'), shopping.order('bob', ...turned(i + 1).reverse())]));
      expect(tally(mixed)).toEqual({ '200 OK': 20, '201 OK': 20 });
      expect((await Promise.all(all.map(shopping.read))).map(({ stock }) => stock)).toEqual([980, 980, 980, 980]);
      await expect(deadlocks()).resolves.toBe(0);
    });

    test('of several who pay or cancel one order at once, each gets an answer that fits where the order ends', async () => {
      const tea = await shopping.product(1_000);
      let cancelled = 0;
      for (let round = 0; round < 10; round++) {
        const { body: { data: { id } } } = await shopping.order('alice', [tea, 3]);
        const actions = ['cancel', 'pay', 'cancel', 'pay', 'pay'];
        const answers = await Promise.all(actions.map((action) => shopping.act(actAs('alice'), id, action)));
        const done = (action: string): number => answers.filter(({ status }, i) => status === 200 && actions[i] === action).length;
        expect([done('pay') + done('cancel') > 0, done('pay') <= 1, done('cancel') <= 1]).toEqual([true, true, true]);
        for (const { status, body } of answers) expect(status === 200 || ['ORDER_CONFLICT', 'ORDER_STATE_CONFLICT'].includes(body.code)).toBe(true);
        const last = Math.max(...answers.filter(({ status }) => status === 200).map(({ body }) => body.data.version));
        expect(last).toBe(1 + done('pay') + done('cancel'));
        cancelled += done('cancel');
      }
      expect((await shopping.read(tea)).stock).toBe(1_000 - 30 + 3 * cancelled);
    });

    test('a stock that is counted during orders is either seen by them or refused as stale', async () => {
      const tea = await shopping.product(100);
      const { status, stock, sold } = await Promise.all([
        fetch(`${api.url}/api/v2/products/${tea}/stock`, { method: 'PUT', headers: { ...actAs('clerk', 'products:write'), 'if-match': '"v2-1"', 'content-type': 'application/json' }, body: '{"quantity":1000}' }),
        buyers(20, () => shopping.order('alice', [tea, 1])),
      ]).then(async ([count, answers]) => ({ status: count.status, stock: (await shopping.read(tea)).stock, sold: tally(answers)['201 OK'] }));
      // The count was of a shelf that nobody had taken from, or it did not happen.
      expect([sold, stock]).toEqual([20, status === 200 ? 980 : 80]);
      expect([200, 409, 412]).toContain(status);
    });
  });
});
