import { actAs, testApi, type TestApi } from '../testing.js';

const admin = '00000000-0000-7000-8000-0000000000ad';
const product = { name: 'Sencha', category: 'tea', price: { amount: 690, currency: 'EUR' } };

describe('the audit log', () => {
  let api: TestApi;
  beforeAll(async () => { api = await testApi(); });
  afterAll(() => api[Symbol.asyncDispose]());

  async function send(method: string, path: string, headers: Record<string, string>, body?: object): Promise<{ status: number; data: any }> {
    const response = await fetch(`${api.url}/api/v2${path}`, {
      method, headers: { ...headers, ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, data: response.status === 204 ? undefined : (await response.json() as any).data };
  }
  const logged = async (query = ''): Promise<any[]> => (await send('GET', `/audit-log${query}`, actAs(admin, 'admin'))).data.items;

  test('says who changed what, in which request', async () => {
    const { data: { id } } = await send('POST', '/products', { ...actAs(admin, 'admin'), 'x-request-id': 'adding' }, product);
    await send('PUT', `/products/${id}/stock`, { ...actAs(admin, 'admin'), 'if-match': '"v2-1"' }, { quantity: 3 });
    await send('DELETE', `/products/${id}`, { ...actAs(admin, 'admin'), 'if-match': '"v2-2"' });
    const entries = await logged(`?target=${id}`);
    expect(entries.map(({ actor, action, target }: any) => [actor, action, target])).toEqual(['removed', 'stock_counted', 'added'].map((what) => [admin, `product.${what}`, id]));
    expect(entries.at(-1)).toMatchObject({ via: 'test', credential: null, request_id: 'adding', details: { product_id: id, stock: 0 }, at: expect.stringMatching(/Z$/) });
  });

  test('has nothing of what was refused, and nothing of those who only mind their own business', async () => {
    const { data: { id } } = await send('POST', '/products', actAs(admin, 'admin'), { ...product, stock: 3 });
    const before = (await logged()).length;
    expect((await send('PUT', `/products/${id}/stock`, { ...actAs(admin, 'admin'), 'if-match': '"v2-7"' }, { quantity: 4 })).status).toBe(412);
    expect((await send('POST', '/orders', actAs('somebody', 'user'), { items: [{ product_id: id, quantity: 1 }] })).status).toBe(201);
    expect(await logged()).toHaveLength(before);
  });

  test('can be asked by actor and by action, a page at a time', async () => {
    for (let i = 0; i < 3; i++) await send('POST', '/products', actAs('buyer', 'support', 'products:write'), product);
    const { data } = await send('GET', '/audit-log?actor=buyer&page_size=2', actAs(admin, 'admin'));
    const { data: rest } = await send('GET', `/audit-log?actor=buyer&page_size=2&cursor=${data.next_cursor}`, actAs(admin, 'admin'));
    expect([data.items.length, rest.items.length]).toEqual([2, 1]);
    expect(await logged('?actor=buyer&action=product.removed')).toEqual([]);
  });

  test('is for those who may read it', async () => {
    expect([(await send('GET', '/audit-log', {})).status, (await send('GET', '/audit-log', actAs('somebody', 'support'))).status]).toEqual([401, 403]);
  });
});
