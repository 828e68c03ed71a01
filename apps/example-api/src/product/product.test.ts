import { addProduct, assertVersion, changeProduct, countStock } from './product.js';
import { money, sameMoney } from './money.js';

const now = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-02T00:00:00Z');
const draft = { id: 'p1', name: 'Oolong', description: '', category: 'tea', stock: 3, price: { amount: 690, currency: 'EUR' } };
const tea = addProduct(draft, now).state;

test('a new product is at version 1 and was updated when it was made', () => {
  expect(tea).toEqual({ ...draft, version: 1, createdAt: now, updatedAt: now });
});

test('a change raises the version and keeps what it does not name', () => {
  const { state } = changeProduct(tea, { name: 'Oolong dark' }, later);
  expect(state).toEqual({ ...tea, name: 'Oolong dark', version: 2, updatedAt: later });
});

test('a price without a currency keeps the currency', () => {
  expect(changeProduct(tea, { price: { amount: 700 } }, later).state.price).toEqual({ amount: 700, currency: 'EUR' });
  expect(changeProduct(tea, { price: { amount: 700, currency: 'USD' } }, later).state.price).toEqual({ amount: 700, currency: 'USD' });
});

test('a decision does not touch the state it was made from', () => {
  countStock(tea, 9, later);
  expect(tea.stock).toBe(3);
});

test('a stock is a whole number of at least nothing', () => {
  expect(countStock(tea, 0, later).state.stock).toBe(0);
  expect(() => countStock(tea, -1, later)).toThrow(RangeError);
  expect(() => countStock(tea, 1.5, later)).toThrow(RangeError);
});

test('a change made for a version that is not the current one is stale', () => {
  expect(() => assertVersion(tea, 2)).toThrow(expect.objectContaining({ code: 'PRODUCT_STALE', details: { id: 'p1', expected: 2, actual: 1 } }));
  expect(() => assertVersion(tea, 1)).not.toThrow();
  expect(() => assertVersion(tea, undefined)).not.toThrow();
});

test('money is whole minor units of a currency, equal by value', () => {
  expect(sameMoney(money(5, 'EUR'), money(5, 'EUR'))).toBe(true);
  expect(sameMoney(money(5, 'EUR'), money(5, 'USD'))).toBe(false);
  expect(() => money(0.5, 'EUR')).toThrow(RangeError);
  expect(() => money(-1, 'EUR')).toThrow(RangeError);
  expect(() => money(1, 'euro')).toThrow(RangeError);
});
