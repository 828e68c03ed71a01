import { createClient, isApiError } from '@org/enterprise-http/client';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../tools/services/postgres.js';
import { authContract } from '../src/auth/auth.contract.js';
import { orderContract } from '../src/order/order.contract.js';
import { productContract } from '../src/product/product.contract.js';
import { userContract } from '../src/user/user.contract.js';
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
    const call = async (caller: string | undefined, method: string, path: string, body?: object): Promise<[number, any]> => {
      const response = await fetch(`${url}/api/v1${path}`, {
        method, headers: { ...(caller !== undefined && { authorization: `Bearer ${caller}` }), ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }),
      });
      const { code, data } = await response.json() as { code: string; data: any };
      return [response.status, data ?? code];
    };
    const email = 'grace@example.com';
    const [, user] = await call(undefined, 'POST', '/auth/register', { email, password, name: 'Grace Brewster Hopper' });
    expect(user).toMatchObject({ email, name: 'Grace Brewster Hopper' });
    const logIn = async (as: string): Promise<string> => (await call(undefined, 'POST', '/auth/login', { email: as, password }))[1].access_token;
    const [me, manager] = [await logIn(email), await logIn(admin)];
    expect(await call(me, 'PATCH', '/me', { name: 'Grace Hopper' })).toMatchObject([200, { name: 'Grace Hopper' }]);
    const [, product] = await call(manager, 'POST', '/products', { name: 'Assam', category: 'tea', price: 500, stock: 2 });
    const items = [{ product_id: product.id, quantity: 2 }];
    const [status, order] = await call(me, 'POST', '/orders', { items });
    expect([status, order]).toEqual([201, {
      id: expect.any(String), status: 'placed', items: [{ ...items[0], unit_price: 500 }], total: 1_000, currency: 'EUR', version: 1, created_at: expect.any(String), updated_at: expect.any(String),
    }]);
    expect(await call(me, 'POST', '/orders', { items })).toEqual([409, 'OUT_OF_STOCK']);
    for (const [caller, action, state] of [[me, 'pay', 'paid'], [manager, 'ship', 'shipped'], [manager, 'complete', 'completed']] as const) {
      expect(await call(caller, 'POST', `/orders/${order.id}/${action}`)).toMatchObject([200, { status: state }]);
    }
    expect(await call(me, 'GET', '/orders')).toMatchObject([200, { items: [{ id: order.id }], total: 1, page: 1, page_size: 20 }]);
  });
}
