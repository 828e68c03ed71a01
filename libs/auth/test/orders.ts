import { defineError } from '@org/enterprise-kernel';
import { z } from 'zod';
import { own, permission, policy } from '../src/index.js';

export interface Order { readonly id: string; readonly customerId: string }

export const OrderNotFound = defineError('ORDER_NOT_FOUND', { kind: 'missing', title: 'There is no such order.', details: z.object({ id: z.string() }) });
export const readOrder = policy('orders.read', { allow: { owner: own('customerId'), staff: permission('orders:read') }, missing: OrderNotFound });

const orders: readonly Order[] = [{ id: 'o1', customerId: 'ada' }, { id: 'o2', customerId: 'bob' }];
export const findOrder = (id: string): Order | undefined => orders.find((order) => order.id === id);
