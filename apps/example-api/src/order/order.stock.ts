import { token } from '@org/enterprise-kernel';
import type { OrderItem, OrderLine } from './order.js';

/** What orders need of whoever keeps the products. It takes part in the unit of work that is running. */
export interface Stock {
  /**
   * Takes items, each product once, out of stock and says what they cost: all of them or none. The lines are in the order
   * of the items.
   * @throws OUT_OF_STOCK, ORDER_PRODUCT_UNKNOWN with all products that it concerns
   */
  reserve(items: readonly OrderItem[]): Promise<readonly OrderLine[]>;
  /** Gives items back. Products that do not exist any more are left out. */
  release(items: readonly OrderItem[]): Promise<void>;
}
export const Stock = token<Stock>('order.Stock');
