import { onEveryDatabase } from '../databases.testing.js';
import { actAs, testApi, type TestApi, type TestSettings } from '../testing.js';

interface Answer { readonly status: number; readonly replayed: string | null; readonly location: string | null; readonly text: string; readonly data: any; readonly code: string }

onEveryDatabase(story, (createDatabase) => {
  test('two processes do what a key stands for once', async () => {
    const DATABASE_URL = await createDatabase();
    await using one = await testApi({ DATABASE_URL, RATE_LIMIT_MAX: 0 });
    await using other = await testApi({ DATABASE_URL, RATE_LIMIT_MAX: 0 });
    for (let i = 0; i < 10; i++) {
      const answers = await Promise.all([one, other, one, other].map((api) => add(api, `both-${i}`, { name: `Tea ${i}` })));
      expect([new Set(answers.map(({ text }) => text)).size, answers.filter(({ replayed }) => replayed === 'true').length]).toEqual([1, 3]);
    }
    expect(await count(one)).toBe(10);
  });
});

const writer = actAs('ann', 'products:write');

async function send(api: TestApi, path: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(`${api.url}/api/${path}`, init);
  const text = await response.text();
  const { data, code } = JSON.parse(text) as Pick<Answer, 'data' | 'code'>;
  return { status: response.status, replayed: response.headers.get('idempotency-replayed'), location: response.headers.get('location'), text, data, code };
}
const add = (api: TestApi, key: string, change: object = {}, caller = writer, version = 'v2'): Promise<Answer> => send(api, `${version}/products`, {
  method: 'POST', headers: { ...caller, 'content-type': 'application/json', 'idempotency-key': key },
  body: JSON.stringify({ name: 'Sencha', category: 'tea', price: { amount: 690, currency: 'EUR' }, stock: 3, ...change }),
});
const count = async (api: TestApi): Promise<number> => (await send(api, 'v1/products', {})).data.total as number;

/** What the API does with keys, whatever serves it and wherever they are kept. */
function story(name: string, settings: () => Promise<TestSettings>): void { describe(`keys on ${name}`, () => {
  let api: TestApi;
  beforeAll(async () => { api = await testApi({ RATE_LIMIT_MAX: 0, ...await settings() }); }, 30_000);
  afterAll(() => api[Symbol.asyncDispose]());

  test('a product that is added twice with one key is one product', async () => {
    const before = await count(api);
    const first = await add(api, 'twice');
    const again = await add(api, '"twice"');
    expect([first.status, first.replayed, again]).toEqual([201, null, { ...first, replayed: 'true' }]);
    expect(await count(api)).toBe(before + 1);
  });

  test('twenty at once add one product, and all name the same', async () => {
    const before = await count(api);
    const all = await Promise.all(Array.from({ length: 20 }, () => add(api, 'at-once')));
    expect([new Set(all.map(({ location }) => location)).size, all.filter(({ replayed }) => replayed === null).length]).toEqual([1, 1]);
    expect(await count(api)).toBe(before + 1);
  });

  test('a refusal does not use the key up, another payload does not get its answer, nor does another caller', async () => {
    expect((await add(api, 'once', { price: { amount: -1, currency: 'EUR' } })).code).toBe('VALIDATION_FAILED');
    const mine = await add(api, 'once');
    expect([mine.status, mine.replayed]).toEqual([201, null]);
    expect(await add(api, 'once', { stock: 4 })).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED', data: null });
    const theirs = await add(api, 'once', {}, actAs('bob', 'products:write'));
    expect([theirs.status, theirs.replayed, theirs.location === mine.location]).toEqual([201, null, false]);
    expect((await add(api, 'once', {}, actAs('ann'))).code).toBe('FORBIDDEN');
  });

  test('an order that ten attempts place takes from the stock once, and one that finds nothing there may be tried again', async () => {
    const { data: { id } } = await add(api, 'tea', { stock: 5 });
    const place = (key: string, quantity: number): Promise<Answer> => send(api, 'v1/orders', {
      method: 'POST', headers: { ...actAs('carol'), 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ items: [{ product_id: id, quantity }] }),
    });
    const product = (): Promise<Answer> => send(api, `v1/products/${id}`, {});
    const answers = await Promise.all(Array.from({ length: 10 }, () => place('order', 3)));
    expect([new Set(answers.map(({ text }) => text)).size, answers[0]!.status, (await product()).data.stock]).toEqual([1, 201, 2]);

    expect((await place('second', 3)).code).toBe('OUT_OF_STOCK');
    await send(api, `v1/products/${id}/stock`, { method: 'PUT', headers: { ...writer, 'content-type': 'application/json', 'if-match': '*' }, body: '{"quantity":4}' });
    const [second, again] = [await place('second', 3), await place('second', 3)];
    expect([second.status, second.replayed, again, (await product()).data.stock]).toEqual([201, null, { ...second, replayed: 'true' }, 1]);
  });
}); }
