import type { Caller } from '@org/enterprise-kernel';
import type { Order, OrderAction } from './order.js';

/** Whoever asks for something, as far as orders are concerned. */
export type Actor = Pick<Caller, 'id' | 'permissions'>;

/** What customers may do with their own orders, without any permission. */
const ofCustomers: readonly OrderAction[] = ['pay', 'cancel'];

/** The permission to do this to the orders of all customers. */
export const permissionFor = (action: OrderAction | 'read'): string => `orders:${action}`;

export const seesAll = ({ permissions }: Actor): boolean => permissions.has(permissionFor('read'));

export const maySee = (order: Order, actor: Actor): boolean => isCustomer(order, actor) || seesAll(actor);

export const mayAct = (order: Order, action: OrderAction, actor: Actor): boolean =>
  actor.permissions.has(permissionFor(action)) || (ofCustomers.includes(action) && isCustomer(order, actor));

const isCustomer = ({ customerId }: Order, { id }: Actor): boolean => customerId === id;
