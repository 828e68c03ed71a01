import type { Caller } from '@org/enterprise-kernel';
import { assertVersion, changeOrder, mergeItems, orderActions, orderStatuses, placeOrder, type Order, type OrderAction, type OrderStatus } from './order.js';
import { changeOrderTo, readOrder } from './order.access.js';
import { totalOf } from './order.pricing.js';

const now = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-02T00:00:00Z');
const line = (productId: string, quantity: number, amount: number, currency = 'EUR') => ({ productId, quantity, unitPrice: { amount, currency } });
const lines = [line('tea', 2, 690), line('pot', 1, 2490)];
const draft = { id: 'o1', customerId: 'alice', lines };
const { state: placed, events: [announced] } = placeOrder(draft, now);
const inState = (status: OrderStatus): Order => ({ ...placed, status });

describe('placing', () => {
  test('an order has the total of its lines, is at version 1 and is announced with what was ordered', () => {
    expect(placed).toEqual({ ...draft, status: 'placed', total: { amount: 3870, currency: 'EUR' }, version: 1, createdAt: now, updatedAt: now });
    expect(announced).toMatchObject({
      type: 'order.placed', key: 'o1', version: 1,
      payload: {
        order_id: 'o1', customer_id: 'alice', total: { amount: 3870, currency: 'EUR' },
        items: [
          { product_id: 'tea', quantity: 2, unit_price: { amount: 690, currency: 'EUR' } },
          { product_id: 'pot', quantity: 1, unit_price: { amount: 2490, currency: 'EUR' } },
        ],
      },
    });
  });

  test('an order has at least one line and at most a hundred', () => {
    const many = (length: number) => ({ ...draft, lines: Array.from({ length }, (_, i) => line(`p${i}`, 1, 1)) });
    expect(placeOrder(many(100), now).state.total.amount).toBe(100);
    expect(() => placeOrder(many(101), now)).toThrow(RangeError);
    expect(() => placeOrder(many(0), now)).toThrow(RangeError);
  });

  test.each([0, -1, 1.5, 10_001, Number.NaN])('%d is not a quantity', (quantity) => {
    expect(() => placeOrder({ ...draft, lines: [line('tea', quantity, 1)] }, now)).toThrow(RangeError);
  });

  test('the largest order that there can be still has an exact total', () => {
    expect(totalOf(Array.from({ length: 100 }, (_, i) => line(`p${i}`, 10_000, 1_000_000_000 - i))).amount).toBe(100 * 10_000 * 1_000_000_000 - 4950 * 10_000);
  });

  test('items of one product are added up where it came first', () => {
    const items = [{ productId: 'tea', quantity: 1 }, { productId: 'pot', quantity: 2 }, { productId: 'tea', quantity: 3 }];
    expect(mergeItems(items)).toEqual([{ productId: 'tea', quantity: 4 }, { productId: 'pot', quantity: 2 }]);
  });
});

describe('pricing', () => {
  test('prices in several currencies have no total', () => {
    expect(() => totalOf([line('a', 1, 1, 'USD'), line('b', 1, 1), line('c', 1, 1, 'USD')])).toThrow(expect.objectContaining({ code: 'ORDER_CURRENCY_MIXED', details: { currencies: ['EUR', 'USD'] } }));
  });

  test('a total that is not exact is refused, and nothing at all has none', () => {
    expect(() => totalOf([line('a', 2, Number.MAX_SAFE_INTEGER)])).toThrow(RangeError);
    expect(() => totalOf([line('a', 1, Number.MAX_SAFE_INTEGER), line('b', 1, 1)])).toThrow(RangeError);
    expect(() => totalOf([])).toThrow(RangeError);
  });
});

describe('the state machine', () => {
  const ways: Record<OrderAction, Partial<Record<OrderStatus, OrderStatus>>> = {
    pay: { placed: 'paid' },
    ship: { paid: 'shipped' },
    complete: { shipped: 'completed' },
    cancel: { placed: 'cancelled', paid: 'cancelled' },
  };
  const all = orderStatuses.flatMap((status) => orderActions.map((action) => ({ status, action, to: ways[action][status] })));

  test('has five states and four actions', () => {
    expect(all).toHaveLength(20);
  });

  test.each(all.filter(({ to }) => to))('$action makes a $status order $to, one version later', ({ status, action, to }) => {
    const { state, events } = changeOrder(inState(status), action, later);
    expect(state).toEqual({ ...placed, status: to, version: 2, updatedAt: later });
    expect(events).toEqual([expect.objectContaining({ type: `order.${to}`, key: 'o1', payload: expect.objectContaining({ order_id: 'o1', customer_id: 'alice' }) })]);
  });

  test.each(all.filter(({ to }) => !to))('$action is refused when the order is $status', ({ status, action }) => {
    expect(() => changeOrder(inState(status), action, later)).toThrow(expect.objectContaining({ code: 'ORDER_STATE_CONFLICT', kind: 'conflict', details: { id: 'o1', state: status, action } }));
  });

  test('a cancellation says what is free again, and whether there is money to give back', () => {
    const payload = (status: OrderStatus) => changeOrder(inState(status), 'cancel', later).events[0]!.payload;
    const items = [{ product_id: 'tea', quantity: 2 }, { product_id: 'pot', quantity: 1 }];
    expect(payload('placed')).toMatchObject({ was: 'placed', items, total: { amount: 3870, currency: 'EUR' } });
    expect(payload('paid')).toMatchObject({ was: 'paid' });
  });

  test('a decision does not touch the order it was made from', () => {
    changeOrder(placed, 'pay', later);
    expect(placed).toMatchObject({ status: 'placed', version: 1, updatedAt: now });
  });

  test('a change made for a version that is not the current one is stale', () => {
    expect(() => assertVersion(placed, 2)).toThrow(expect.objectContaining({ code: 'ORDER_STALE', details: { id: 'o1', expected: 2, actual: 1 } }));
    expect(() => assertVersion(placed, 1)).not.toThrow();
    expect(() => assertVersion(placed, undefined)).not.toThrow();
  });
});

describe('who may do what', () => {
  const actor = (id: string, ...permissions: string[]): Caller => ({ id, kind: 'user', roles: [], permissions: new Set(permissions) });

  test('an order is seen by its customer and by those who read all orders', () => {
    const those = [actor('alice', 'orders:own'), actor('alice'), actor('bob', 'orders:own'), actor('bob', 'orders:read'), actor('bob', 'orders:ship')];
    expect(those.map((each) => readOrder.allows(each, placed))).toEqual([true, false, false, true, false]);
  });

  test.each<[OrderAction, boolean]>([['pay', true], ['ship', false], ['complete', false], ['cancel', true]])('%s: allowed to the customer: %s; to others by permission alone', (action, allowed) => {
    const those = [actor('alice', 'orders:own'), actor('bob', 'orders:own'), actor('bob', `orders:${action}`), actor('bob', 'orders:read')];
    expect(those.map((each) => changeOrderTo[action].allows(each, placed))).toEqual([allowed, false, true, false]);
  });
});
