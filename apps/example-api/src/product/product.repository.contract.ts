import type { ListRequest, SortKey } from '@org/enterprise-http';
import type { DomainEvent } from '@org/enterprise-kernel';
import { addProduct, changeProduct, countStock, removeProduct, type Product } from './product.js';
import { sortKey, type ProductFilters, type ProductRepository, type ProductSort } from './product.repository.js';

// Ids as a database wants them, in the order of their names.
const uuid = (name: string): string => `00000000-0000-7000-8000-${Buffer.from(name).toString('hex').padStart(12, '0')}`;
const nameOf = (id: string): string => Buffer.from(id.slice(-12).replace(/^(00)+/, ''), 'hex').toString();

const now = new Date('2026-01-01T00:00:00.000Z');

export interface OpenedProducts {
  readonly products: ProductRepository;
  /** All events that were kept. */
  readonly events: readonly DomainEvent[];
}

/** Every driver of the product repository passes this suite. */
export function productRepositoryContract(driver: string, opened: () => Promise<OpenedProducts>): void {
  const open = async (): Promise<ProductRepository> => (await opened()).products;
  const saved = async (products: ProductRepository, id: string, fields: Partial<Product> = {}): Promise<Product> => {
    const { state } = addProduct({ id: uuid(id), name: `Tea ${id}`, description: '', category: 'tea', stock: 1, price: { amount: 100, currency: 'EUR' }, ...fields }, fields.createdAt ?? now);
    await products.save({ state, events: [] });
    return state;
  };
  const request = (fields: Partial<ListRequest<ProductSort, ProductFilters>> = {}): ListRequest<ProductSort, ProductFilters> =>
    ({ page: 1, pageSize: 10, sort: [{ field: 'name', direction: 'asc' }, { field: 'id' as ProductSort, direction: 'asc' }], filters: {}, after: undefined, ...fields });
  const ids = ({ items }: { readonly items: readonly Product[] }): string[] => items.map(({ id }) => nameOf(id));

  describe(`ProductRepository: ${driver}`, () => {
    test('a saved product is found as it was saved', async () => {
      const products = await open();
      const tea = await saved(products, 'a');
      await expect(products.find(uuid('a'))).resolves.toEqual(tea);
      await expect(products.count()).resolves.toBe(1);
    });
    test('an unknown product is undefined, not an error', async () => {
      await expect((await open()).find(uuid('nope'))).resolves.toBeUndefined();
    });
    test('the second of two changes of one version is a conflict and changes nothing', async () => {
      const products = await open();
      const tea = await saved(products, 'a');
      await products.save(changeProduct(tea, { name: 'First' }, now));
      await expect(products.save(changeProduct(tea, { name: 'Second' }, now))).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(products.find(uuid('a'))).resolves.toMatchObject({ name: 'First', version: 2 });
    });
    test('a second product of one id is a conflict', async () => {
      const products = await open();
      await saved(products, 'a');
      await expect(saved(products, 'a')).rejects.toMatchObject({ code: 'CONFLICT' });
    });
    test('only the version that was read can be removed', async () => {
      const products = await open();
      const tea = await saved(products, 'a');
      await products.save(changeProduct(tea, { name: 'New' }, now));
      await expect(products.remove(removeProduct(tea))).rejects.toMatchObject({ code: 'CONFLICT' });
      await products.remove(removeProduct((await products.find(uuid('a')))!));
      await expect(products.find(uuid('a'))).resolves.toBeUndefined();
    });
    test('the events of every decision are kept, those of refused ones not', async () => {
      const { products, events } = await opened();
      const added = addProduct({ id: uuid('a'), name: 'Tea', description: '', category: 'tea', stock: 1, price: { amount: 100, currency: 'EUR' } }, now);
      await products.save(added);
      await expect(products.save(added)).rejects.toMatchObject({ code: 'CONFLICT' });
      const changed = changeProduct(added.state, { name: 'New', category: 'tea' }, now);
      await products.save(changed);
      await expect(products.save(changed)).rejects.toMatchObject({ code: 'CONFLICT' });
      const counted = countStock(changed.state, 7, now);
      await products.save(counted);
      await expect(products.remove(removeProduct(added.state))).rejects.toMatchObject({ code: 'CONFLICT' });
      await products.remove(removeProduct(counted.state));
      expect(events.map(({ type, key, payload }) => [type, nameOf(key), payload])).toEqual([
        ['product.added', 'a', expect.objectContaining({ name: 'Tea', price: { amount: 100, currency: 'EUR' }, stock: 1 })],
        ['product.changed', 'a', expect.objectContaining({ fields: ['name'] })],
        ['product.stock_counted', 'a', expect.objectContaining({ before: 1, quantity: 7 })],
        ['product.removed', 'a', { product_id: uuid('a') }],
      ]);
    });
    test('a list is filtered by category, price and literal text without regard to case', async () => {
      const products = await open();
      await saved(products, 'a', { name: 'Oolong 100%', price: { amount: 100, currency: 'EUR' } });
      await saved(products, 'b', { name: 'Kettle', category: 'kitchen', price: { amount: 2500, currency: 'EUR' } });
      await saved(products, 'c', { name: 'Sencha', description: 'green, not OOLONG', price: { amount: 200, currency: 'EUR' } });
      const found = async (filters: ProductFilters): Promise<string[]> => ids(await products.list(request({ filters }))).sort();
      await expect(found({ category: 'kitchen' })).resolves.toEqual(['b']);
      await expect(found({ price_min: 200 })).resolves.toEqual(['b', 'c']);
      await expect(found({ price_min: 100, price_max: 200 })).resolves.toEqual(['a', 'c']);
      await expect(found({ q: 'oolong' })).resolves.toEqual(['a', 'c']);
      await expect(found({ q: '0%' })).resolves.toEqual(['a']);
      await expect(found({ q: '_' })).resolves.toEqual([]);
    });
    test('pages by number are cut from one order and know the total', async () => {
      const products = await open();
      for (const id of ['c', 'a', 'b']) await saved(products, id);
      const first = await products.list(request({ pageSize: 2 }));
      const second = await products.list(request({ pageSize: 2, page: 2 }));
      expect([ids(first), first.total, first.more]).toEqual([['a', 'b'], 3, true]);
      expect([ids(second), second.total, second.more]).toEqual([['c'], 3, false]);
    });
    test('equal items are told apart by the tie-break, in both directions', async () => {
      const products = await open();
      for (const id of ['b', 'c', 'a']) await saved(products, id, { name: 'Same' });
      const by = (direction: 'asc' | 'desc') => request({ sort: [{ field: 'price', direction }, { field: 'id' as ProductSort, direction }] });
      expect(ids(await products.list(by('asc')))).toEqual(['a', 'b', 'c']);
      expect(ids(await products.list(by('desc')))).toEqual(['c', 'b', 'a']);
    });
    test('a walk by cursor sees every item once, though others are added behind it', async () => {
      const products = await open();
      for (const id of ['a', 'b', 'c', 'd', 'e']) await saved(products, id, { price: { amount: id < 'c' ? 1 : 2, currency: 'EUR' } });
      const sort = [{ field: 'price', direction: 'asc' }, { field: 'id' as ProductSort, direction: 'asc' }] as const;
      const seen: string[] = [];
      let after: readonly SortKey[] | undefined;
      do {
        const { items, more } = await products.list(request({ sort, pageSize: 2, page: after ? undefined : 1, after }));
        seen.push(...ids({ items }));
        await saved(products, String(seen.length), { price: { amount: 1, currency: 'EUR' } });
        after = more ? sort.map(({ field }) => sortKey(items.at(-1)!, field)) : undefined;
      } while (after);
      expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
    });
  });
}
