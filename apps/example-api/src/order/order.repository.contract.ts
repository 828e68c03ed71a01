import type { ListRequest, SortKey } from '@org/enterprise-http';
import type { DomainEvent } from '@org/enterprise-kernel';
import type { EventSink } from '../events/event-sink.js';
import { changeOrder, placeOrder, type Order } from './order.js';
import { sortKey, type OrderFilters, type OrderRepository, type OrderSort } from './order.repository.js';

// Ids as a database wants them, in the order of their names.
const uuid = (name: string): string => `00000000-0000-7000-8000-${Buffer.from(name).toString('hex').padStart(12, '0')}`;
const nameOf = (id: string): string => Buffer.from(id.slice(-12).replace(/^(00)+/, ''), 'hex').toString();

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

/** Every driver of the order repository passes this suite. `open` gets the sink that its events go to. */
export function orderRepositoryContract(driver: string, open: (events: EventSink) => Promise<OrderRepository>): void {
  const told: DomainEvent[] = [];
  const keeping: EventSink = { append: async (events) => void told.push(...events) };
  beforeEach(() => { told.length = 0; });

  const line = (product: string, quantity: number, amount: number) => ({ productId: uuid(product), quantity, unitPrice: { amount, currency: 'EUR' } });
  const draft = (name: string, customerId = 'alice') => ({ id: uuid(name), customerId, lines: [line('tea', 2, 690), line('pot', 1, 2490), line('a', 10_000, 1_000_000_000)] });
  const saved = async (orders: OrderRepository, name: string, { customerId = 'alice', second = 0 } = {}): Promise<Order> => {
    const decision = placeOrder(draft(name, customerId), at(second));
    await orders.save(decision);
    return decision.state;
  };
  const newestFirst = [{ field: 'created_at', direction: 'desc' }, { field: 'id' as OrderSort, direction: 'desc' }] as const;
  const request = (fields: Partial<ListRequest<OrderSort, OrderFilters>> = {}): ListRequest<OrderSort, OrderFilters> =>
    ({ page: 1, pageSize: 10, sort: newestFirst, filters: {}, after: undefined, ...fields });
  const names = ({ items }: { readonly items: readonly Order[] }): string[] => items.map(({ id }) => nameOf(id));

  describe(`OrderRepository: ${driver}`, () => {
    test('a saved order is found as it was saved, its lines in order, and its events are told', async () => {
      const orders = await open(keeping);
      const order = await saved(orders, 'a');
      await expect(orders.find(order.id)).resolves.toEqual(order);
      expect(told.map(({ type, key }) => [type, key])).toEqual([['order.placed', order.id]]);
    });
    test('an unknown order is undefined, not an error', async () => {
      await expect((await open(keeping)).find(uuid('nope'))).resolves.toBeUndefined();
    });
    test('the next version takes the place of the one before', async () => {
      const orders = await open(keeping);
      const { state } = changeOrder(await saved(orders, 'a'), 'pay', at(1));
      await orders.save({ state, events: [] });
      await expect(orders.find(state.id)).resolves.toEqual(state);
    });
    test('the second of two changes of one version is a conflict, changes nothing and tells nobody', async () => {
      const orders = await open(keeping);
      const order = await saved(orders, 'a');
      await orders.save(changeOrder(order, 'pay', at(1)));
      await expect(orders.save(changeOrder(order, 'cancel', at(2)))).rejects.toMatchObject({ code: 'ORDER_CONFLICT', details: { id: order.id, expected: 1, actual: 2 } });
      await expect(orders.find(order.id)).resolves.toMatchObject({ status: 'paid', version: 2, updatedAt: at(1) });
      expect(told.map(({ type }) => type)).toEqual(['order.placed', 'order.paid']);
    });
    test('a second order of one id is a conflict and leaves the first one as it is', async () => {
      const orders = await open(keeping);
      const order = await saved(orders, 'a');
      await expect(saved(orders, 'a', { customerId: 'bob' })).rejects.toMatchObject({ code: 'ORDER_CONFLICT', details: { expected: 0, actual: 1 } });
      await expect(orders.find(order.id)).resolves.toEqual(order);
    });
    test('a change of an order that is not there is a conflict', async () => {
      const orders = await open(keeping);
      const { state } = placeOrder(draft('a'), at(0));
      await expect(orders.save(changeOrder(state, 'pay', at(1)))).rejects.toMatchObject({ code: 'ORDER_CONFLICT', details: { expected: 1, actual: 0 } });
    });
    test('an order whose events cannot be kept is not kept either', async () => {
      const orders = await open({ append: () => Promise.reject(new Error('full')) });
      await expect(saved(orders, 'a')).rejects.toThrow('full');
      await expect(orders.find(uuid('a'))).resolves.toBeUndefined();
    });
    test('a list is of one customer, of one state, or of both', async () => {
      const orders = await open(keeping);
      const paid = await saved(orders, 'a');
      await saved(orders, 'b');
      await saved(orders, 'c', { customerId: 'bob' });
      await orders.save(changeOrder(paid, 'pay', at(1)));
      const found = async (filters: OrderFilters): Promise<string[]> => names(await orders.list(request({ filters })));
      await expect(found({})).resolves.toEqual(['c', 'b', 'a']);
      await expect(found({ customer_id: 'alice' })).resolves.toEqual(['b', 'a']);
      await expect(found({ status: 'placed' })).resolves.toEqual(['c', 'b']);
      await expect(found({ customer_id: 'alice', status: 'paid' })).resolves.toEqual(['a']);
      await expect(found({ customer_id: 'carol' })).resolves.toEqual([]);
    });
    test('listed orders have their own lines', async () => {
      const orders = await open(keeping);
      const [first, second] = [await saved(orders, 'a', { second: 1 }), await saved(orders, 'b', { second: 2 })];
      await expect(orders.list(request())).resolves.toEqual({ items: [second, first], total: 2, more: false });
    });
    test('pages by number are cut from one order and know the total', async () => {
      const orders = await open(keeping);
      for (const [second, name] of ['a', 'b', 'c'].entries()) await saved(orders, name, { second });
      const [first, last] = [await orders.list(request({ pageSize: 2 })), await orders.list(request({ pageSize: 2, page: 2 }))];
      expect([names(first), first.total, first.more]).toEqual([['c', 'b'], 3, true]);
      expect([names(last), last.total, last.more]).toEqual([['a'], 3, false]);
    });
    test('a walk by cursor sees every order once, though others are placed meanwhile', async () => {
      const orders = await open(keeping);
      for (const [i, name] of ['a', 'b', 'c', 'd', 'e'].entries()) await saved(orders, name, { second: i < 3 ? 0 : 1 });
      const seen: string[] = [];
      let after: readonly SortKey[] | undefined;
      do {
        const { items, more } = await orders.list(request({ pageSize: 2, page: after ? undefined : 1, after }));
        seen.push(...names({ items }));
        await saved(orders, `later ${seen.length}`.slice(-6), { second: 5 });
        after = more ? newestFirst.map(({ field }) => sortKey(items.at(-1)!, field)) : undefined;
      } while (after);
      expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
    });
  });
}
