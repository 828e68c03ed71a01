import { money, type Money } from '../product/money.js';
import { OrderCurrencyMixed } from './order.errors.js';
import type { OrderLine } from './order.js';

/**
 * Adds up lines, which come from several products, into what the customer pays.
 * @throws ORDER_CURRENCY_MIXED when their prices are in more than one currency; RangeError beyond whole numbers that are exact
 */
export function totalOf(lines: readonly Pick<OrderLine, 'quantity' | 'unitPrice'>[]): Money {
  const currencies = [...new Set(lines.map(({ unitPrice }) => unitPrice.currency))].sort();
  if (currencies.length > 1) throw new OrderCurrencyMixed({ currencies });
  // A sum that is no longer exact is more than `money` takes, and stays so: nothing is subtracted.
  return money(lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice.amount, 0), currencies[0] ?? '');
}
