import { onEveryDatabase } from '../databases.testing.js';
import { send, type Answer } from '../http.testing.js';
import { testApi, type TestApi, type TestSettings } from '../testing.js';

const writer = { authorization: 'Bearer products:write' };
const nowhere = '01890a5d-ac96-774b-bcce-b302099a8057';

onEveryDatabase(story);

/** What the API does with products, whatever serves it and wherever they are kept. */
function story(name: string, settings: () => Promise<TestSettings>): void { describe(`products on ${name}`, () => {
  let api: TestApi;
  beforeAll(async () => { api = await testApi({ SEED_PRODUCTS: 50, ...await settings() }); }, 30_000);
  afterAll(() => api[Symbol.asyncDispose]());
  const v1 = (path: string): string => `${api.url}/api/v1${path}`;
  const v2 = (path: string): string => `${api.url}/api/v2${path}`;

  test('a product goes through its life, in both versions', async () => {
    const made = await send(v2('/products'), 'POST', { ...writer, body: { name: 'Sencha', category: 'tea', price: { amount: 690, currency: 'EUR' }, stock: 3 } });
    expect(made).toMatchObject({ status: 201, body: { code: 'OK', data: { name: 'Sencha', description: '', price: { amount: 690, currency: 'EUR' }, stock: 3, version: 1 } } });
    const { id } = made.body.data;
    expect([made.headers.get('location'), made.headers.get('etag')]).toEqual([`/api/v2/products/${id}`, '"v2-1"']);

    const old = await send(v1(`/products/${id}`));
    expect(Object.keys(old.body.data)).toEqual(['id', 'name', 'description', 'category', 'price', 'currency', 'stock', 'version', 'created_at', 'updated_at']);
    expect([old.body.data.price, old.body.data.currency, old.headers.get('etag')]).toEqual([690, 'EUR', '"v1-1"']);

    const changed = await send(v1(`/products/${id}`), 'PATCH', { ...writer, 'if-match': '"v1-1"', body: { price: 750 } });
    expect(changed).toMatchObject({ status: 200, body: { data: { price: 750, currency: 'EUR', version: 2, name: 'Sencha' } } });
    expect(await send(v2(`/products/${id}/stock`), 'PUT', { ...writer, 'if-match': '"v2-2"', body: { quantity: 9 } })).toMatchObject({ status: 200, body: { data: { stock: 9, version: 3 } } });
    expect(await send(v2(`/products/${id}`), 'GET', { 'if-none-match': '"v2-3"' })).toMatchObject({ status: 304, body: undefined });

    expect(await send(v2(`/products/${id}`), 'DELETE', { ...writer, 'if-match': '"v2-3"' })).toMatchObject({ status: 204, body: undefined });
    expect(await send(v2(`/products/${id}`))).toMatchObject({ status: 404, body: { code: 'PRODUCT_NOT_FOUND', details: { id } } });
  });

  test('v1 can make a product as well', async () => {
    const made = await send(v1('/products'), 'POST', { ...writer, body: { name: 'Assam', category: 'tea', price: 500 } });
    expect(made).toMatchObject({ status: 201, body: { data: { price: 500, currency: 'EUR', stock: 0 } } });
    expect(await send(v1('/products'), 'POST', { ...writer, body: { name: 'A', category: 'tea', price: { amount: 1, currency: 'EUR' } } })).toMatchObject({ status: 400, body: { errors: [{ path: 'price' }] } });
    expect(await send(v1(`/products/${made.body.data.id}`), 'PATCH', { ...writer, 'if-match': '*', body: { currency: 'USD' } })).toMatchObject({ status: 400, body: { errors: [{ path: 'price', message: 'is required with currency' }] } });
  });

  test('a change says for which version it is, and comes too late only once', async () => {
    const { body: { data: [product] } } = { body: { data: (await send(v2('/products?page_size=1'))).body.data.items } };
    const url = v2(`/products/${product.id}`);
    const change = { ...writer, body: { name: 'Renamed' } };
    expect(await send(url, 'PATCH', change)).toMatchObject({ status: 428, body: { code: 'PRECONDITION_REQUIRED' } });
    expect(await send(url, 'PATCH', { ...change, 'if-match': '"v2-99"' })).toMatchObject({ status: 412, body: { code: 'PRODUCT_STALE', details: { expected: 99, actual: 1 } } });
    expect(await send(url, 'PATCH', { ...change, 'if-match': '"v1-1"' })).toMatchObject({ status: 412, body: { code: 'PRECONDITION_FAILED' } });
    const both = await Promise.all([1, 2].map(() => send(url, 'PATCH', { ...change, 'if-match': `"v2-1"` })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, expect.any(Number)]);
    expect(both.map(({ body }) => body.code)).toEqual(expect.arrayContaining(['OK', expect.stringMatching(/CONFLICT|PRODUCT_STALE/)]));
  });

  test('writing needs a permission; reading does not', async () => {
    expect(await send(v1('/products'), 'POST', { body: {} })).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED', data: null } });
    expect(await send(v1('/products'), 'POST', { authorization: 'Bearer other', body: {} })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await send(v1('/products'), 'GET', { authorization: 'Bearer expired' })).toMatchObject({ status: 401 });
    expect(await send(v1('/products'))).toMatchObject({ status: 200 });
  });

  test('lists are filtered, sorted and paged, by number in both versions', async () => {
    const { body: { data } } = await send(v1('/products?category=coffee&sort=-price,name&page_size=5&page=2'));
    expect(data).toMatchObject({ page: 2, page_size: 5, total: 13 });
    expect(Object.keys(data)).toEqual(['items', 'page', 'page_size', 'total']);
    const prices = data.items.map(({ price }: { price: number }) => price);
    expect(prices).toEqual([...prices].sort((a, b) => b - a));
    expect((await send(v1('/products?price_min=2000&price_max=3000&q=KETTLE'))).body.data.items).not.toHaveLength(0);
    expect((await send(v1('/products?q=%25'))).body.data.items).toHaveLength(0);
  });

  test('v2 walks through everything by cursor and sees each product once', async () => {
    const seen = new Set<string>();
    let count = 0;
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: Answer = await send(v2(`/products?sort=price&page_size=7${cursor && `&cursor=${cursor}`}`));
      for (const { id } of body.data.items) { seen.add(id); count++; }
      cursor = body.data.next_cursor as string | null;
    }
    expect([seen.size, count]).toEqual([(await send(v2('/products'))).body.data.total, seen.size]);
  });

  test.each([
    ['page_size=100000', 'page_size'], ['page=0', 'page'], ['sort=secret', 'sort'], ['colour=red', 'colour'], ['price_min=cheap', 'price_min'], ['cursor=abc', 'cursor'],
  ])('?%s is refused by its name', async (query, path) => {
    expect(await send(v1(`/products?${query}`))).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', data: null, request_id: expect.any(String), errors: [{ path, in: 'query' }] } });
  });

  test('an id that is none is refused, and one that is unknown is not found', async () => {
    expect(await send(v1('/products/1'))).toMatchObject({ status: 400, body: { errors: [{ path: 'id', in: 'params' }] } });
    expect(await send(v1(`/products/${nowhere}`))).toMatchObject({ status: 404 });
  });
}); }
