import { onEveryDatabase } from '../databases.testing.js';
import { send } from '../http.testing.js';
import { actAs, testApi, type TestApi, type TestSettings } from '../testing.js';
import { shop } from './order.testing.js';

const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057';
const alice = actAs('alice');
const bob = actAs('bob');

onEveryDatabase(story);

/** What the API does with orders, whatever serves it and wherever they are kept. */
function story(name: string, settings: () => Promise<TestSettings>): void { describe(`orders on ${name}`, () => {
  let api: TestApi;
  let shopping: ReturnType<typeof shop>;
  beforeAll(async () => {
    api = await testApi({ RATE_LIMIT_MAX: 0, ...await settings() });
    shopping = shop(api);
  }, 30_000);
  afterAll(() => api[Symbol.asyncDispose]());
  const v1 = (path: string): string => `${api.url}/api/v1${path}`;
  const v2 = (path: string): string => `${api.url}/api/v2${path}`;
  const placed = async (customer = 'alice'): Promise<string> => (await shopping.order(customer, [await shopping.product(5), 2])).body.data.id;

  test('an order goes through its life, in both versions', async () => {
    const [tea, pot] = [await shopping.product(5), await shopping.product(1, { amount: 2490 })];
    const made = await send(v2('/orders'), 'POST', { ...alice, body: { items: [{ product_id: tea, quantity: 2 }, { product_id: pot, quantity: 1 }] } });
    const { id, created_at } = made.body.data;
    expect([made.status, made.headers.get('location'), made.headers.get('etag')]).toEqual([201, `/api/v2/orders/${id}`, '"v2-1"']);
    expect(made.body).toEqual({ code: 'OK', message: expect.any(String), data: {
      id, customer_id: 'alice', status: 'placed', total: { amount: 3870, currency: 'EUR' }, version: 1, created_at, updated_at: created_at,
      items: [
        { product_id: tea, quantity: 2, unit_price: { amount: 690, currency: 'EUR' } },
        { product_id: pot, quantity: 1, unit_price: { amount: 2490, currency: 'EUR' } },
      ],
    } });
    expect([await shopping.read(tea), await shopping.read(pot)]).toEqual([expect.objectContaining({ stock: 3, version: 2 }), expect.objectContaining({ stock: 0, version: 2 })]);

    const old = await send(v1(`/orders/${id}`), 'GET', alice);
    expect([old.status, old.headers.get('etag')]).toEqual([200, '"v1-1"']);
    expect(old.body.data).toEqual({
      id, status: 'placed', total: 3870, currency: 'EUR', version: 1, created_at, updated_at: created_at,
      items: [{ product_id: tea, quantity: 2, unit_price: 690 }, { product_id: pot, quantity: 1, unit_price: 2490 }],
    });

    expect(await send(v1(`/orders/${id}/pay`), 'POST', { ...alice, 'if-match': '"v1-1"' })).toMatchObject({ status: 200, body: { data: { status: 'paid', version: 2, total: 3870 } } });
    expect(await send(v2(`/orders/${id}/ship`), 'POST', actAs('carl', 'orders:ship'))).toMatchObject({ status: 200, body: { data: { status: 'shipped', version: 3 } } });
    expect(await send(v2(`/orders/${id}/complete`), 'POST', actAs('carl', 'orders:complete'))).toMatchObject({ status: 200, body: { data: { status: 'completed', version: 4 } } });
    const read = await send(v2(`/orders/${id}`), 'GET', alice);
    expect([read.body.data.status, read.headers.get('etag')]).toEqual(['completed', '"v2-4"']);
    expect(await send(v2(`/orders/${id}`), 'GET', { ...alice, 'if-none-match': '"v2-4"' })).toMatchObject({ status: 304, body: undefined });
  });

  test('v1 can place orders as well', async () => {
    const tea = await shopping.product(5);
    expect(await send(v1('/orders'), 'POST', { ...alice, body: { items: [{ product_id: tea, quantity: 1 }] } })).toMatchObject({ status: 201, body: { data: { total: 690, currency: 'EUR', items: [{ unit_price: 690 }] } } });
  });

  test('a cancelled order gives back what it took, once', async () => {
    const tea = await shopping.product(5);
    const { body: { data: { id } } } = await shopping.order('alice', [tea, 2]);
    expect(await shopping.act(alice, id, 'pay')).toMatchObject({ status: 200 });
    expect(await shopping.act(alice, id, 'cancel')).toMatchObject({ status: 200, body: { data: { status: 'cancelled', version: 3 } } });
    expect(await shopping.act(alice, id, 'cancel')).toMatchObject({ status: 409, body: { code: 'ORDER_STATE_CONFLICT', details: { id, state: 'cancelled', action: 'cancel' } } });
    expect((await shopping.read(tea)).stock).toBe(5);
  });

  test('an order can be cancelled though one of its products has been removed meanwhile', async () => {
    const [tea, pot] = [await shopping.product(5), await shopping.product(5)];
    const { body: { data: { id } } } = await shopping.order('alice', [tea, 1], [pot, 1]);
    expect(await send(v2(`/products/${pot}`), 'DELETE', { ...actAs('clerk', 'products:write'), 'if-match': '*' })).toMatchObject({ status: 204 });
    expect(await shopping.act(alice, id, 'cancel')).toMatchObject({ status: 200 });
    expect((await shopping.read(tea)).stock).toBe(5);
  });

  test('an order takes everything or nothing, and names all products that are short', async () => {
    const [plenty, few, none] = [await shopping.product(100), await shopping.product(2), await shopping.product(0)];
    expect(await shopping.order('alice', [few, 3], [plenty, 1], [none, 1])).toMatchObject({ status: 409, body: { code: 'OUT_OF_STOCK', data: null, details: { product_ids: [few, none] } } });
    expect([await shopping.read(plenty), await shopping.read(few)]).toEqual([expect.objectContaining({ stock: 100, version: 1 }), expect.objectContaining({ stock: 2, version: 1 })]);
  });

  test('an order that is sent again with its Idempotency-Key is placed once', async () => {
    const [tea, few] = [await shopping.product(5), await shopping.product(1)];
    const again = (key: string, ...items: object[]) => send(v2('/orders'), 'POST', { ...alice, 'idempotency-key': key, body: { items } });
    const answers = [await again(`once-${tea}`, { product_id: tea, quantity: 2 }), await again(`once-${tea}`, { product_id: tea, quantity: 2 })];
    expect(answers).toMatchObject([{ status: 201 }, { status: 201, body: { data: { id: answers[0]!.body.data.id } } }]);
    expect((await shopping.read(tea)).stock).toBe(3);
    expect(await again(`short-${tea}`, { product_id: tea, quantity: 1 }, { product_id: few, quantity: 2 })).toMatchObject({ status: 409, body: { code: 'OUT_OF_STOCK', details: { product_ids: [few] } } });
    expect((await shopping.read(tea)).stock).toBe(3);
  });

  test('products that do not exist are named, and nothing is taken', async () => {
    const tea = await shopping.product(5);
    expect(await shopping.order('alice', [nowhere, 1], [tea, 1])).toMatchObject({ status: 400, body: { code: 'ORDER_PRODUCT_UNKNOWN', details: { product_ids: [nowhere] } } });
    expect((await shopping.read(tea)).stock).toBe(5);
  });

  test('an order is in one currency', async () => {
    const [euros, dollars] = [await shopping.product(5), await shopping.product(5, { amount: 100, currency: 'USD' })];
    expect(await shopping.order('alice', [euros, 1], [dollars, 1])).toMatchObject({ status: 422, body: { code: 'ORDER_CURRENCY_MIXED', details: { currencies: ['EUR', 'USD'] } } });
    expect((await shopping.read(euros)).stock).toBe(5);
  });

  test('a product that is named twice, in whatever case, is one line', async () => {
    const tea = await shopping.product(5);
    expect(await shopping.order('alice', [tea, 1], [tea.toUpperCase(), 2])).toMatchObject({ status: 201, body: { data: { items: [{ product_id: tea, quantity: 3 }], total: { amount: 2070 } } } });
    expect((await shopping.read(tea)).stock).toBe(2);
  });

  test.each([
    ['no items', [], 'items'],
    ['a quantity of nothing', [[nowhere, 0]], 'items.0.quantity'],
    ['a quantity that is too large', [[nowhere, 10_001]], 'items.0.quantity'],
    ['half of something', [[nowhere, 0.5]], 'items.0.quantity'],
    ['too much of one product in two items', [[nowhere, 6_000], [nowhere.toUpperCase(), 6_000]], 'items.1.quantity'],
    ['an id that is none', [['tea', 1]], 'items.0.product_id'],
    ['more than a hundred items', Array.from({ length: 101 }, () => [nowhere, 1]), 'items'],
  ] as [string, [string, number][], string][])('%s is refused by name', async (_name, items, path) => {
    expect(await shopping.order('alice', ...items)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', data: null, errors: [{ path, in: 'body' }] } });
  });

  test('a price of one\'s own is refused', async () => {
    const body = { items: [{ product_id: await shopping.product(5), quantity: 1, unit_price: 1 }] };
    expect(await send(v1('/orders'), 'POST', { ...alice, body })).toMatchObject({ status: 400, body: { errors: [{ path: 'items.0.unit_price' }] } });
  });

  test('the order of somebody else does not exist, unless one may read all', async () => {
    const id = await placed();
    expect(await send(v2(`/orders/${id}`), 'GET', bob)).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND', data: null, details: { id } } });
    expect(await send(v2(`/orders/${id}`), 'GET', actAs('bob', 'orders:read'))).toMatchObject({ status: 200, body: { data: { customer_id: 'alice' } } });
    for (const action of ['pay', 'cancel']) {
      expect(await shopping.act(bob, id, action)).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
      expect(await shopping.act(actAs('bob', 'orders:read'), id, action)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN', details: { policy: `orders.${action}` } } });
    }
    expect(await shopping.act(actAs('bob', 'orders:pay'), id, 'pay')).toMatchObject({ status: 200 });
    expect(await shopping.act(actAs('bob', 'orders:cancel'), id, 'cancel')).toMatchObject({ status: 200 });
  });

  test('a customer cannot ship or complete, not even an own order', async () => {
    const id = await placed();
    expect(await shopping.act(alice, id, 'ship')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN', details: { permission: 'orders:ship' } } });
    expect(await shopping.act(alice, id, 'complete')).toMatchObject({ status: 403, body: { code: 'FORBIDDEN', details: { permission: 'orders:complete' } } });
  });

  test('nothing works without credentials', async () => {
    for (const [method, path] of [['GET', '/orders'], ['POST', '/orders'], ['GET', `/orders/${nowhere}`], ...['pay', 'ship', 'complete', 'cancel'].map((action) => ['POST', `/orders/${nowhere}/${action}`])]) {
      expect(await send(v1(path!), method)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    }
  });

  describe.each(['pay', 'ship', 'complete', 'cancel'])('%s', (action) => {
    const staff = actAs('carl', `orders:${action}`);

    test('is refused where the state does not allow it', async () => {
      const id = await placed();
      await shopping.act(actAs('carl', 'orders:cancel'), id, 'cancel');
      expect(await shopping.act(staff, id, action)).toMatchObject({ status: 409, body: { code: 'ORDER_STATE_CONFLICT', data: null, details: { id, state: 'cancelled', action } } });
    });

    test('is refused for a version that is not the current one', async () => {
      const id = await placed();
      expect(await send(v2(`/orders/${id}/${action}`), 'POST', { ...staff, 'if-match': '"v2-7"' })).toMatchObject({ status: 412, body: { code: 'ORDER_STALE', details: { id, expected: 7, actual: 1 } } });
      expect(await send(v2(`/orders/${id}/${action}`), 'POST', { ...staff, 'if-match': '"v1-1"' })).toMatchObject({ status: 412, body: { code: 'PRECONDITION_FAILED' } });
    });

    test('knows only orders that exist', async () => {
      expect(await shopping.act(staff, nowhere, action)).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
      expect(await shopping.act(staff, '1', action)).toMatchObject({ status: 400, body: { errors: [{ path: 'id', in: 'params' }] } });
    });
  });

  test('an id that is none is refused, and one that is unknown is not found', async () => {
    expect(await send(v1('/orders/1'), 'GET', alice)).toMatchObject({ status: 400, body: { errors: [{ path: 'id', in: 'params' }] } });
    expect(await send(v1(`/orders/${nowhere}`), 'GET', alice)).toMatchObject({ status: 404 });
  });

  test('a customer lists the own orders, newest first, and staff those of all', async () => {
    const [first, second, third] = [await placed('lena'), await placed('lena'), await placed('mike')];
    await shopping.act(actAs('lena'), first, 'cancel');
    const ids = async (url: string, actor: object): Promise<string[]> => (await send(url, 'GET', actor as never)).body.data.items.map(({ id }: { id: string }) => id);
    await expect(ids(v1('/orders'), actAs('lena'))).resolves.toEqual([second, first]);
    await expect(ids(v2('/orders?sort=created_at'), actAs('lena'))).resolves.toEqual([first, second]);
    await expect(ids(v2('/orders?status=cancelled'), actAs('lena'))).resolves.toEqual([first]);
    await expect(ids(v2('/orders?page_size=3'), actAs('nina', 'orders:read'))).resolves.toEqual([third, second, first]);
    await expect(ids(v2('/orders'), actAs('nina'))).resolves.toEqual([]);
  });

  test('lists have their items and money as their version spells them', async () => {
    await placed('otto');
    const listed = async (url: string) => (await send(url, 'GET', actAs('otto'))).body.data;
    const [old, now] = [await listed(v1('/orders')), await listed(v2('/orders'))];
    expect(old).toEqual({ items: [expect.objectContaining({ total: 1380, currency: 'EUR', items: [expect.objectContaining({ quantity: 2, unit_price: 690 })] })], page: 1, page_size: 20, total: 1 });
    expect(now).toEqual({ items: [expect.objectContaining({ total: { amount: 1380, currency: 'EUR' } })], page: 1, page_size: 20, total: 1, next_cursor: null });
    expect(old.items[0]).not.toHaveProperty('customer_id');
  });

  test('v2 walks through the own orders by cursor', async () => {
    const all = [];
    for (let i = 0; i < 5; i++) all.unshift(await placed('paul'));
    await placed();
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body: { data } } = await send(v2(`/orders?page_size=2${cursor && `&cursor=${cursor}`}`), 'GET', actAs('paul'));
      seen.push(...data.items.map(({ id }: { id: string }) => id));
      cursor = data.next_cursor;
    }
    expect(seen).toEqual(all);
  });

  test.each([['page_size=101', 'page_size'], ['sort=total', 'sort'], ['status=lost', 'status'], ['customer_id=alice', 'customer_id'], ['cursor=abc', 'cursor']])('?%s is refused by its name', async (query, path) => {
    expect(await send(v1(`/orders?${query}`), 'GET', alice)).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', errors: [{ path, in: 'query' }] } });
  });

  test('a reservation makes what was read of the product stale, so that no count overwrites it unseen', async () => {
    const tea = await shopping.product(5);
    const clerk = { ...actAs('clerk', 'products:write'), 'if-match': '"v2-1"' };
    await shopping.order('alice', [tea, 2]);
    expect(await send(v2(`/products/${tea}/stock`), 'PUT', { ...clerk, body: { quantity: 5 } })).toMatchObject({ status: 412, body: { code: 'PRODUCT_STALE', details: { expected: 1, actual: 2 } } });
    expect(await send(v2(`/products/${tea}`), 'PATCH', { ...clerk, 'if-match': '*', body: { name: 'Oolong' } })).toMatchObject({ status: 200, body: { data: { stock: 3, version: 3 } } });
  });
}); }
