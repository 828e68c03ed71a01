import { Database } from '@org/enterprise-persistence';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { listenTo, planOf as askPlan, type PlanNode, type Sent } from '../statements.testing.js';
import { testApi, type TestApi } from '../testing.js';

const total = 100_000;

describeWithPostgres(`the statements of a catalogue of ${total} products`, () => {
  let server: PostgresServer;
  let api: TestApi;
  let database: Database;
  const sent: Sent[] = [];

  beforeAll(async () => {
    server = await startPostgres();
    // One connection: what is prepared on it can be asked for its plan.
    api = await testApi({ DATABASE_URL: await server.createDatabase(), DATABASE_POOL_MAX: 1, HTTP_ENGINE: 'node', RATE_LIMIT_MAX: 0 });
    database = api.app.resolve(Database);
    // A second apart; four categories as large as each other, and three products of a fifth that are the oldest of all.
    await database.script(`
      insert into products (id, name, description, category, price, currency, stock, version, created_at, updated_at)
      select uuidv7(), 'Thing no. ' || i, 'one piece, for demonstration', case when i <= 3 then 'rarities' else (array['tea', 'coffee', 'kitchen', 'books'])[i % 4 + 1] end,
        690 + i % 1800, 'EUR', i % 40, 1, time, time
      from generate_series(1, ${total}) i, lateral (select timestamptz '2026-01-01 00:00:00Z' + i * interval '1 second') as at (time)`);
    await database.script('vacuum analyze products');
    await listenTo(database, (statement, request) => { if (request) sent.push(statement); });
  }, 60_000);
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  beforeEach(() => { sent.length = 0; });

  const writer = { authorization: 'Bearer products:write', 'content-type': 'application/json' };
  async function request(path: string, init: RequestInit = {}): Promise<any> {
    const response = await fetch(`${api.url}/api/v2${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text).data;
  }
  const anyId = async (): Promise<string> => (await request('/products?page_size=1')).items[0].id;

  /** How the server runs a statement of a request from now on, by default the first: after ten times it has settled for a plan. */
  async function planOf(path: string, which = 0): Promise<readonly PlanNode[]> {
    for (let i = 0; i < 10; i++) {
      sent.length = 0;
      await request(path);
    }
    const { runs, nodes } = await askPlan(database, sent[which]!);
    expect(runs).toBeGreaterThanOrEqual(10);
    return nodes;
  }
  const kinds = (plan: readonly PlanNode[]): string[] => plan.map((node) => node['Node Type']);
  const indexes = (plan: readonly PlanNode[]): string[] => plan.flatMap((node) => node['Index Name'] ?? []);

  test('a product is found by its id in the primary key', async () => {
    const plan = await planOf(`/products/${await anyId()}`);
    expect([kinds(plan), indexes(plan)]).toEqual([['Index Scan'], ['products_pkey']]);
  });

  test.each([
    ['the first page', '', 'products_by_created_at'],
    ['the oldest first', 'sort=created_at', 'products_by_created_at'],
    ['by price', 'sort=price', 'products_by_price'],
    ['by price, falling', 'sort=-price', 'products_by_price'],
    ['by name', 'sort=name', 'products_by_name'],
    ['a range of prices, by price', 'price_min=700&price_max=800&sort=price', 'products_by_price'],
  ])('a list of %s reads its page from an index, in order', async (_name, query, index) => {
    const plan = await planOf(`/products?${query}`);
    expect([kinds(plan), indexes(plan)]).toEqual([['Limit', 'Index Scan'], [index]]);
  });

  // A quarter of the rows are tea: the server may as well walk through all by time and leave out the others.
  const forCategory = expect.stringMatching(/^products_by_(category|created_at)$/);

  test('a list of one category reads its page from an index, in order', async () => {
    const plan = await planOf('/products?category=tea');
    expect([kinds(plan), indexes(plan)]).toEqual([['Limit', 'Index Scan'], [forCategory]]);
  });

  test.each([
    ['', 'products_by_created_at'], ['sort=price', 'products_by_price'], ['sort=-price', 'products_by_price'], ['sort=name', 'products_by_name'], ['category=tea', forCategory],
  ])('a page by cursor (%s) begins in the index where the last one ended', async (query, index) => {
    const { next_cursor } = await request(`/products?${query}`);
    const plan = await planOf(`/products?${query}&cursor=${next_cursor}`);
    expect([kinds(plan), indexes(plan), plan[1]!['Index Cond']]).toEqual([['Limit', 'Index Scan'], [index], expect.stringContaining('ROW(')]);
  });

  // Of what follows, PostgreSQL would make a plan that suits all values, unless its limit is a parameter.
  test.each([
    ['a text that few have', 'q=99123', 'products_by_text'],
    ['a text that nothing has', 'q=no-such-thing', 'products_by_text'],
    ['a text that few have, in a category', 'q=99123&category=tea', 'products_by_text'],
    ['a category that few have', 'category=rarities', 'products_by_category'],
    ['a category that few have, the oldest first', 'category=rarities&sort=created_at', 'products_by_category'],
  ])('a list of %s finds them in an index, however often lists of what many have came before', async (_name, query, index) => {
    const common = query.replace(/99123|no-such-thing/, 'demonstration').replace('rarities', 'tea');
    for (let i = 0; i < 6; i++) await request(`/products?${common}&page_size=5`);
    const plan = await planOf(`/products?${query}`);
    expect(new Set(indexes(plan))).toEqual(new Set([index]));
  });

  test('a list of a text that all have reads its page from an index, in order', async () => {
    const plan = await planOf('/products?q=demonstration');
    expect([kinds(plan), indexes(plan)]).toEqual([['Limit', 'Index Scan'], ['products_by_created_at']]);
  });

  test('products that have a text are counted with an index', async () => {
    const plan = await planOf('/products?q=no.%2077', 1);
    expect(new Set(indexes(plan))).toEqual(new Set(['products_by_text']));
  });

  test('a list costs two statements at most, whatever its length, and one by cursor', async () => {
    const { next_cursor } = await request('/products?page_size=100&category=coffee&sort=-price,name');
    expect(sent.map(({ text }) => /^select count/.test(text))).toEqual([false, true]);
    sent.length = 0;
    expect((await request(`/products?page_size=100&category=coffee&sort=-price,name&cursor=${next_cursor}`)).items).toHaveLength(100);
    expect(sent).toHaveLength(1);
  });

  test('reading costs one statement, a change three in a unit of work, after one that reads', async () => {
    const counted = async (path: string, init?: RequestInit): Promise<[number, any]> => {
      sent.length = 0;
      const data = await request(path, init);
      return [sent.length, data];
    };
    const [adding, { id }] = await counted('/products', { method: 'POST', headers: writer, body: JSON.stringify({ name: 'Sencha', category: 'tea', price: { amount: 690, currency: 'EUR' } }) });
    const [getting] = await counted(`/products/${id}`);
    const [changing] = await counted(`/products/${id}`, { method: 'PATCH', headers: { ...writer, 'if-match': '"v2-1"' }, body: JSON.stringify({ name: 'Assam' }) });
    const [stocking] = await counted(`/products/${id}/stock`, { method: 'PUT', headers: { ...writer, 'if-match': '"v2-2"' }, body: JSON.stringify({ quantity: 3 }) });
    const [removing] = await counted(`/products/${id}`, { method: 'DELETE', headers: { ...writer, 'if-match': '"v2-3"' } });
    // One of each change is the audit log's.
    expect({ adding, getting, changing, stocking, removing }).toEqual({ adding: 5, getting: 1, changing: 6, stocking: 6, removing: 6 });
  });
});
