import { z } from 'zod';
import { cursorPageOf, list, pageOf } from './lists.js';
import type { Out } from './schema.js';

const options = { sort: ['price', 'name'], defaultSort: ['-price'], filters: { category: z.string(), min: z.int() } } as const;
const byPage = list(options);
const byCursor = list({ ...options, cursor: true, maxPageSize: 50 });
const key = (item: Record<string, unknown>, field: string) => item[field] as string | number;
const faults = (query: typeof byPage.query | typeof byCursor.query, value: object): string[] =>
  query.safeParse(value).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

test('an empty query is the first page in the default order', () => {
  expect(byPage.read(byPage.query.parse({}))).toEqual({
    page: 1, pageSize: 20, filters: {}, after: undefined,
    sort: [{ field: 'price', direction: 'desc' }, { field: 'id', direction: 'desc' }],
  });
});

test('the tie-break comes last and only if it is not there already', () => {
  const { read, query } = list({ sort: ['id', 'name'], defaultSort: ['name'] });
  expect(read(query.parse({ sort: '-name,id' })).sort).toEqual([{ field: 'name', direction: 'desc' }, { field: 'id', direction: 'asc' }]);
  expect(read(query.parse({})).sort).toEqual([{ field: 'name', direction: 'asc' }, { field: 'id', direction: 'asc' }]);
});

test('another field may decide between equal items', () => {
  const { read, query } = list({ ...options, tieBreak: 'sku' });
  expect(read(query.parse({ sort: 'name' })).sort).toEqual([{ field: 'name', direction: 'asc' }, { field: 'sku', direction: 'asc' }]);
});

test('a page is as long as the list says, and never longer than it allows', () => {
  const sizeOf = (sizes: { readonly defaultPageSize?: number; readonly maxPageSize?: number }, query = {}): number => {
    const { read, query: schema } = list({ ...options, ...sizes });
    return read(schema.parse(query)).pageSize;
  };
  expect([sizeOf({}), sizeOf({ defaultPageSize: 5 }), sizeOf({ maxPageSize: 10 })]).toEqual([20, 5, 10]);
  expect(sizeOf({ defaultPageSize: 5 }, { page_size: 100 })).toBe(100);
  expect(() => sizeOf({ maxPageSize: 10 }, { page_size: 11 })).toThrow('<=10');
});

test.each([
  [{ defaultPageSize: 200 }, 'A page of 100 at most cannot have 200 by default.'],
  [{ defaultSort: [] }, 'The default order cannot sort by "";'],
  [{ defaultSort: ['-price', 'price'] as const }, 'The default order names a field twice.'],
  [{ filters: { page_size: z.string() } }, 'A filter cannot be called "page_size"'],
])('a list with %j is refused when it is declared', (wrong, message) => {
  expect(() => list({ ...options, ...wrong } as unknown as typeof options)).toThrow(message);
});

test('filters that are given are handed on in their types', () => {
  const { filters } = byPage.read(byPage.query.parse({ category: 'tea', min: 3 }));
  const min: number | undefined = filters.min;
  expect([filters, min]).toEqual([{ category: 'tea', min: 3 }, 3]);
  // @ts-expect-error not a declared filter
  expect(filters.other).toBeUndefined();
});

test.each([
  [{ sort: 'secret' }, 'sort: cannot sort by "secret"; sort by price, name'],
  [{ sort: 'price,-price' }, 'sort: names a field twice'],
  [{ sort: '' }, 'sort: cannot sort by ""; sort by price, name'],
  [{ page: 0 }, 'page: Too small: expected number to be >=1'],
  [{ page_size: 101 }, 'page_size: Too big: expected number to be <=100'],
])('%j is refused', (query, fault) => {
  expect(faults(byPage.query, query)).toEqual([fault]);
});

test('a page by number says where it is', () => {
  expect(byPage.info(byPage.read(byPage.query.parse({ page: 2 })), { items: [], total: 20, more: false }, key)).toEqual({ page: 2, page_size: 20, total: 20 });
});

test('a cursor leads on from the last item, in the same order and with the same filters alone', () => {
  const query = { sort: 'name', category: 'tea', page_size: 2 };
  const first = byCursor.read(byCursor.query.parse(query));
  const info = byCursor.info(first, { items: [{ id: 'a', name: 'A' }, { id: 'b', name: 'B' }], total: 3, more: true }, key);
  expect(info).toEqual({ page: 1, page_size: 2, total: 3, next_cursor: expect.any(String) });
  const cursor = info.next_cursor!;
  const second = byCursor.read(byCursor.query.parse({ ...query, cursor }));
  expect([second.after, second.page]).toEqual([['B', 'b'], undefined]);
  expect(byCursor.info(second, { items: [{ id: 'c', name: 'C' }], more: false }, key)).toEqual({ page_size: 2, next_cursor: null });
  for (const other of [{ ...query, sort: '-name' }, { ...query, category: 'coffee' }]) {
    expect(() => byCursor.read(byCursor.query.parse({ ...other, cursor }))).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
  }
});

test.each(['rubbish', Buffer.from('[]').toString('base64url'), Buffer.from('["x",{"a":1},1]').toString('base64url'), Buffer.from('{}').toString('base64url')])('a made-up cursor (%s) is refused', (cursor) => {
  expect(() => byCursor.read(byCursor.query.parse({ cursor }))).toThrow(expect.objectContaining({ details: { faults: [expect.objectContaining({ path: 'cursor', in: 'query' })] } }));
});

test('a page and a cursor together are refused', () => {
  expect(faults(byCursor.query, { page: 1, cursor: 'x' })).toEqual(['cursor: cannot be given together with page']);
});

test('the schemas of pages carry their items\' type', () => {
  const item = z.object({ id: z.string() });
  const page: Out<ReturnType<typeof pageOf<typeof item>>> = { items: [{ id: 'a' }], page: 1, page_size: 20, total: 1 };
  expect(pageOf(item).parse(page)).toEqual(page);
  expect(cursorPageOf(item).parse({ items: [], page_size: 1, next_cursor: null })).toEqual({ items: [], page_size: 1, next_cursor: null });
});
