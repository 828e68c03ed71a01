import { createClient, isApiError } from '@org/enterprise-http/client';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../tools/services/postgres.js';
import { authContract } from '../src/auth/auth.contract.js';
import { orderContract, orderContractV1 } from '../src/order/order.contract.js';
import { productContract, productContractV1 } from '../src/product/product.contract.js';
import { userContract, userContractV1 } from '../src/user/user.contract.js';
import { started } from './launch.js';

const admin = 'admin@example.com';
const password = 'difference engine';
const settings = { RATE_LIMIT_MAX: '0', PASSWORD_COST: '4', ADMIN_EMAIL: admin, ADMIN_PASSWORD: password };

describe.each(['express', 'node'])('on the %s engine, with nothing installed', (HTTP_ENGINE) => {
  story(async () => ({ HTTP_ENGINE }));
});

describeWithPostgres('on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());
  describe.each(['express', 'node'])('and the %s engine', (HTTP_ENGINE) => {
    story(async () => ({ HTTP_ENGINE, DATABASE_URL: await server.createDatabase() }));
  });
});

/** What people do with the application, from outside of its process. */
function story(variables: () => Promise<Record<string, string>>): void {
  let url: string;
  beforeAll(async () => { ({ url } = await started({ ...settings, ...await variables() })); }, 60_000);

  const api = (token?: string) => createClient({ auth: authContract, users: userContract, products: productContract, orders: orderContract }, {
    baseUrl: `${url}/api`, version: 'v2', validateAnswers: true, headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const inV1 = (token?: string) => createClient({ users: userContractV1, products: productContractV1, orders: orderContractV1 }, {
    baseUrl: `${url}/api`, version: 'v1', validateAnswers: true, headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const tokenOf = async (email: string): Promise<string> => (await api().auth.logIn({ body: { email, password } })).access_token;
  const loggedIn = async (email: string): Promise<ReturnType<typeof api>> => api(await tokenOf(email));
  const refusal = async (call: Promise<unknown>): Promise<unknown> => call.then(() => 'answered', (error: unknown) => (isApiError(error) ? error.code : error));

  test('a customer registers, logs in, browses, orders, pays and gets what was ordered, by the typed client', async () => {
    const visitor = api();
    const user = await visitor.users.register({ body: { email: 'Ada@Example.com', password, name: { given: 'Ada', family: 'Lovelace' } } });
    await visitor.users.register({ body: { email: 'bob@example.com', password, name: { given: 'Bob' } } });
    expect(await refusal(visitor.users.register({ body: { email: 'ada@example.com', password, name: { given: 'Eve' } } }))).toBe('EMAIL_TAKEN');
    const [manager, ada, bob] = [await loggedIn(admin), await loggedIn('ada@example.com'), await loggedIn('bob@example.com')];
    expect(await ada.users.me()).toEqual(user);
    expect(user).toMatchObject({ email: 'ada@example.com', name: { given: 'Ada', family: 'Lovelace' }, roles: ['user'] });

    const tea = { name: 'Sencha', category: 'tea', price: { amount: 690, currency: 'EUR' }, stock: 3 };
    expect(await refusal(ada.products.add({ body: tea }))).toBe('FORBIDDEN');
    const sencha = await manager.products.add({ body: tea });
    const pot = await manager.products.add({ body: { ...tea, name: 'Kyusu', category: 'pots', price: { amount: 4_500, currency: 'EUR' }, stock: 1 } });
    const { items } = await visitor.products.list({ query: { category: 'tea', sort: 'price' } });
    expect(items.map(({ id }) => id)).toEqual([sencha.id]);

    const body = { items: [{ product_id: sencha.id, quantity: 2 }, { product_id: pot.id, quantity: 1 }] };
    expect(await refusal(visitor.orders.place({ body }))).toBe('UNAUTHENTICATED');
    const order = await ada.orders.place({ body }, { idempotencyKey: 'first-order' });
    expect(await ada.orders.place({ body }, { idempotencyKey: 'first-order' })).toEqual(order);
    expect(order).toMatchObject({ customer_id: user.id, status: 'placed', total: { amount: 5_880, currency: 'EUR' } });
    expect((await visitor.products.get({ params: { id: sencha.id } })).stock).toBe(1);
    expect(await refusal(bob.orders.place({ body }))).toBe('OUT_OF_STOCK');

    const params = { id: order.id };
    expect(await refusal(bob.orders.get({ params }))).toBe('ORDER_NOT_FOUND');
    expect(await refusal(manager.orders.ship({ params }))).toBe('ORDER_STATE_CONFLICT');
    expect((await ada.orders.pay({ params })).status).toBe('paid');
    expect(await refusal(ada.orders.ship({ params }))).toBe('FORBIDDEN');
    expect((await manager.orders.ship({ params })).status).toBe('shipped');
    expect((await manager.orders.complete({ params })).status).toBe('completed');
    expect(await refusal(ada.orders.cancel({ params }))).toBe('ORDER_STATE_CONFLICT');

    const second = await bob.orders.place({ body: { items: [{ product_id: sencha.id, quantity: 1 }] } });
    expect((await bob.orders.cancel({ params: { id: second.id } })).status).toBe('cancelled');
    expect((await visitor.products.get({ params: { id: sencha.id } })).stock).toBe(1);
    expect((await ada.orders.list()).items.map(({ id, status }) => [id, status])).toEqual([[order.id, 'completed']]);
    expect((await manager.orders.list()).items.map(({ id }) => id)).toEqual([second.id, order.id]);

    await ada.auth.logOut();
    expect(await refusal(ada.orders.list())).toBe('TOKEN_INVALID');
  });

  test('the same in v1, with money in cents and names as one text', async () => {
    const email = 'grace@example.com';
    const visitor = inV1();
    const user = await visitor.users.register({ body: { email, password, name: 'Grace Brewster Hopper' } });
    expect(user).toMatchObject({ email, name: 'Grace Brewster Hopper', roles: ['user'] });
    const [grace, manager] = [inV1(await tokenOf(email)), inV1(await tokenOf(admin))];
    expect((await grace.users.changeMe({ body: { name: 'Grace Hopper' } })).name).toBe('Grace Hopper');

    const { id: product_id } = await manager.products.add({ body: { name: 'Assam', category: 'black tea', price: 500, stock: 2 } });
    const { items: found, total } = await visitor.products.list({ query: { category: 'black tea', price_max: 500 } });
    expect([found.map(({ id, price, currency }) => [id, price, currency]), total]).toEqual([[[product_id, 500, 'EUR']], 1]);

    const body = { items: [{ product_id, quantity: 2 }] };
    const order = await grace.orders.place({ body });
    expect(order).toEqual({
      id: expect.any(String), status: 'placed', items: [{ product_id, quantity: 2, unit_price: 500 }], total: 1_000, currency: 'EUR', version: 1, created_at: expect.any(String), updated_at: expect.any(String),
    });
    expect(await refusal(grace.orders.place({ body }))).toBe('OUT_OF_STOCK');
    expect((await grace.orders.cancel({ params: { id: order.id } })).status).toBe('cancelled');

    const { id } = await grace.orders.place({ body });
    const params = { id };
    expect([(await grace.orders.pay({ params })).status, (await manager.orders.ship({ params })).status, (await manager.orders.complete({ params })).status]).toEqual(['paid', 'shipped', 'completed']);
    expect(await grace.orders.list()).toMatchObject({ items: [{ id, status: 'completed' }, { id: order.id, status: 'cancelled' }], total: 2, page: 1, page_size: 20 });
  });
}
