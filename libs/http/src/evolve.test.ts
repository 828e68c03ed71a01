import { versionSet } from '@org/enterprise-versioning';
import { z } from 'zod';
import { contract } from './contract.js';
import { createDispatcher } from './dispatcher.js';
import { fakeRequest } from './fake-request.js';
import { implement } from './implement.js';
import { ok } from './returns.js';
import { evolve, route } from './route.js';

// Numbers became ids in v2, a page became an offset in v3, and the answer said each time what it was asked for.
const v1 = route({
  method: 'PUT', path: '/shelves/{shelf}', summary: 'Fill a shelf', access: 'public',
  params: z.object({ shelf: z.int() }), query: z.object({ page: z.int().min(1).default(1) }), body: z.object({ book: z.string() }),
  returns: ok(z.object({ shelf: z.int(), seen: z.string() })),
});
const v2 = evolve(v1, { since: 'v2', params: z.object({ shelf: z.string().regex(/^s-\d+$/) }), returns: ok(z.object({ shelf: z.string(), seen: z.string() })) }, {
  upgrade: ({ params }) => ({ params: { shelf: `s-${params.shelf}` } }),
  downgrade: ({ shelf, seen }) => ({ shelf: Number(shelf.slice(2)), seen }),
});
const v3 = evolve(v2, { since: 'v3', query: z.object({ offset: z.int().min(0).max(100) }), body: z.object({ books: z.array(z.string()) }) }, {
  upgrade: ({ query, body }) => ({ query: { offset: (query.page - 1) * 10 }, body: { books: [body.book] } }),
});

const handled: unknown[] = [];
const dispatcher = createDispatcher({
  versions: versionSet({ supported: ['v1', 'v2', 'v3'], default: 'v1' }),
  routes: [implement(contract('shelves', { fill: v3 }), {}, () => ({
    fill({ params, query, body }) {
      handled.push({ params, query, body });
      return { shelf: params.shelf, seen: `${query.offset} ${body.books.join()}` };
    },
  }))],
});
async function put(url: string, body: object) {
  const { status, body: answered } = await dispatcher.handle(fakeRequest('PUT', url, { body }));
  return { status, ...JSON.parse(answered as string) as { code: string; data: unknown; errors?: { path: string; in: string }[] } };
}

beforeEach(() => { handled.length = 0; });

test('path parameters, query and body of the oldest version reach the handler as the newest, over every version between', async () => {
  expect(await put('/api/v1/shelves/7?page=3', { book: 'Emma' })).toMatchObject({ status: 200, data: { shelf: 7, seen: '20 Emma' } });
  expect(await put('/api/v2/shelves/s-7?page=3', { book: 'Emma' })).toMatchObject({ status: 200, data: { shelf: 's-7', seen: '20 Emma' } });
  expect(await put('/api/v3/shelves/s-7?offset=20', { books: ['Emma'] })).toMatchObject({ status: 200, data: { shelf: 's-7', seen: '20 Emma' } });
  expect(handled).toEqual(Array.from({ length: 3 }, () => ({ params: { shelf: 's-7' }, query: { offset: 20 }, body: { books: ['Emma'] } })));
});

test('what an older version leaves out has that version\'s default', async () => {
  expect(await put('/api/v1/shelves/7', { book: 'Emma' })).toMatchObject({ data: { seen: '0 Emma' } });
});

test.each([
  ['/api/v1/shelves/s-7?page=0', { books: [] }, ['params shelf', 'query page', 'body book', 'body books']],
  ['/api/v2/shelves/7?offset=1', { book: 'Emma' }, ['params shelf', 'query offset']],
  ['/api/v3/shelves/s-7?page=1', { books: ['Emma'] }, ['query offset', 'query page']],
])('a request to %s is held to its own version', async (url, body, places) => {
  const { status, errors } = await put(url, body);
  expect([status, errors?.map((fault) => `${fault.in} ${fault.path}`)]).toEqual([400, places]);
  expect(handled).toEqual([]);
});

test('an upgrade that makes a query which the newer version refuses is our fault', async () => {
  expect(await put('/api/v1/shelves/7?page=12', { book: 'Emma' })).toMatchObject({ status: 500, code: 'INTERNAL_ERROR' });
  expect(handled).toEqual([]);
});
