import { Database } from '@org/enterprise-persistence';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { send, type Answer } from '../http.testing.js';
import { listenTo, planOf, type PlanNode, type Sent } from '../statements.testing.js';
import { actAs, testApi, type TestApi } from '../testing.js';
import { shop } from './order.testing.js';

const alice = actAs('alice');
const staff = actAs('carl', 'orders:read', 'orders:ship');

describeWithPostgres('the statements of orders, with 100000 of them stored', () => {
  let server: PostgresServer;
  let api: TestApi;
  let database: Database;
  let shopping: ReturnType<typeof shop>;
  let products: string[];
  const sent: (Sent & { readonly requestId: string | undefined })[] = [];

  beforeAll(async () => {
    server = await startPostgres();
    // One connection: all that is sent goes over it, and what is prepared on it can be asked for its plan.
    api = await testApi({ DATABASE_URL: await server.createDatabase(), DATABASE_POOL_MAX: 1, HTTP_ENGINE: 'node', RATE_LIMIT_MAX: 0, SEED_PRODUCTS: 10_000 });
    database = api.app.resolve(Database);
    shopping = shop(api);
    await database.script(`
      insert into orders select gen_random_uuid(), 'customer ' || i % 1000, case when i % 50 = 0 then 'placed' else 'completed' end, 690, 'EUR', 1, now() - i * interval '1 s', now() from generate_series(1, 100000) i;
      insert into order_lines select id, position, gen_random_uuid(), 1, 690 from orders, generate_series(0, 2) position;
    `);
    await database.script('vacuum analyze orders, order_lines, products');
    products = [await shopping.product(1_000), await shopping.product(1_000), await shopping.product(1_000)];
    await listenTo(database, (statement, request) => { sent.push({ ...statement, requestId: request?.requestId }); });
  }, 60_000);
  afterAll(async () => {
    await api[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const sentFor = ({ headers }: Answer): Sent[] => sent.filter(({ requestId }) => requestId === headers.get('x-request-id'));
  /** What a request says to the database, by a word for each statement. */
  async function statementsOf(request: () => Promise<Answer>): Promise<[string[], Answer]> {
    const answer = await request();
    return [sentFor(answer).map(({ text }) => nameOf(text)), answer];
  }
  const nameOf = (text: string): string => ([
    [/^begin/, 'begin'], [/^commit/, 'commit'], [/^rollback/, 'rollback'], [/update "products".* - /, 'reserve'], [/update "products".* \+ /, 'release'],
    [/insert into "orders".*insert into "order_lines"/, 'insert'], [/^update "orders"/, 'update'], [/insert into "event_outbox"/, 'append'],
    [/from "orders" inner join "order_lines"/, 'find'], [/^select count/, 'count'], [/from "orders"/, 'list'], [/from "order_lines"/, 'lines'],
  ] as const).find(([shape]) => shape.test(text))?.[1] ?? text;
  const place = (): Promise<Answer> => shopping.order('alice', ...products.map((product) => [product, 2] as const));

  test('placing an order of three lines costs five statements, paying it five, cancelling it six', async () => {
    const [placing, { body: { data: { id } } }] = await statementsOf(place);
    expect(placing).toEqual(['begin', 'reserve', 'insert', 'append', 'commit']);
    const [paying] = await statementsOf(() => shopping.act(alice, id, 'pay'));
    expect(paying).toEqual(['begin', 'find', 'update', 'append', 'commit']);
    const [cancelling] = await statementsOf(() => shopping.act(alice, id, 'cancel'));
    expect(cancelling).toEqual(['begin', 'find', 'update', 'release', 'append', 'commit']);
  });

  test('a refused order costs one statement more than its transaction', async () => {
    const [refusing, { status }] = await statementsOf(() => shopping.order('alice', [products[0]!, 9_000], [products[1]!, 1]));
    expect([status, refusing]).toEqual([409, ['begin', 'reserve', 'rollback']]);
  });

  test('reading takes no transaction: one statement for an order, and two or three for a list of whatever length', async () => {
    const { body: { data: { id } } } = await place();
    const listed = (query: string) => statementsOf(() => send(`${api.url}/api/v2/orders?${query}`, 'GET', staff));
    expect((await statementsOf(() => send(`${api.url}/api/v2/orders/${id}`, 'GET', alice)))[0]).toEqual(['find']);
    const [byPage, { body: { data } }] = await listed('page_size=100');
    expect(byPage).toEqual(['list', 'count', 'lines']);
    const [byCursor, next] = await listed(`page_size=100&cursor=${data.next_cursor}`);
    expect(byCursor).toEqual(['list', 'lines']);
    expect(next.body.data.items.map(({ items }: { items: unknown[] }) => items.length)).toEqual(Array.from({ length: 100 }, () => 3));
    expect((await statementsOf(() => send(`${api.url}/api/v2/orders`, 'GET', actAs('nobody'))))[0]).toEqual(['list']);
  });

  /** How the server runs the statements of a request from now on: after ten times it has settled for a plan. */
  async function plansOf(request: () => Promise<Answer>, { settles = false } = {}): Promise<Record<string, readonly PlanNode[]>> {
    let answer!: Answer;
    for (let i = 0; i < 10; i++) answer = await request();
    expect(answer.status).toBeLessThan(300);
    const own = sentFor(answer).filter(({ text }) => !/^(begin|commit)/.test(text));
    expect(own.filter(({ prepared }) => !prepared)).toEqual([]);
    const plans: Record<string, readonly PlanNode[]> = {};
    for (const statement of own) {
      const { runs, planned, nodes } = await planOf(database, statement);
      expect(runs).toBeGreaterThanOrEqual(10);
      if (settles) expect([nameOf(statement.text), planned]).toEqual([nameOf(statement.text), 6]);
      plans[nameOf(statement.text)] = nodes;
    }
    return plans;
  }
  const indexes = (plan: readonly PlanNode[]): string[] => [...new Set(plan.flatMap((node) => node['Index Name'] ?? []))];
  const scans = (plan: readonly PlanNode[]): boolean => plan.some((node) => node['Node Type'] === 'Seq Scan');

  test('an order is placed by prepared statements that are planned for good, find their products in the primary key and lock them in its order', async () => {
    const { reserve, insert } = await plansOf(place, { settles: true });
    expect([indexes(reserve!), scans(reserve!), scans(insert!)]).toEqual([['products_pkey'], false, false]);
    // Its parameters are plans of their own.
    const kinds = reserve!.map((node) => node['Node Type']).filter((kind) => kind !== 'Result');
    expect(kinds.slice(kinds.indexOf('LockRows'), kinds.indexOf('LockRows') + 2)).toEqual(['LockRows', 'Sort']);
  });

  test('an order and its lines are read from their primary keys', async () => {
    const { body: { data: { id } } } = await place();
    const { find } = await plansOf(() => send(`${api.url}/api/v2/orders/${id}`, 'GET', alice));
    expect([indexes(find!).sort(), scans(find!)]).toEqual([['order_lines_order_id_position_pk', 'orders_pkey'], false]);
  });

  test.each([
    ['my orders', '', actAs('customer 7'), ['orders_by_customer']],
    ['my orders in one state', 'status=completed', actAs('customer 7'), ['orders_by_customer']],
    ['all orders', '', staff, ['orders_by_created_at']],
    ['all orders in one state', 'status=placed', staff, ['orders_by_status']],
  ])('a list of %s reads its page from an index, in order, and the lines from theirs', async (_name, query, actor, index) => {
    const { list, lines } = await plansOf(() => send(`${api.url}/api/v2/orders?page_size=10&${query}`, 'GET', actor));
    expect([indexes(list!), list!.map((node) => node['Node Type'])]).toEqual([index, ['Limit', 'Index Scan']]);
    expect([indexes(lines!), scans(lines!)]).toEqual([['order_lines_order_id_position_pk'], false]);
  });
});
