import { isUuid, type DomainEvent } from '@org/enterprise-kernel';
import { z } from 'zod';
import { defineEvent, type EventOf } from './define-event.js';
import { EventUnreadable } from './errors.js';

const OrderPlaced = defineEvent('order.placed', {
  version: 3,
  schema: z.object({ order_id: z.string(), total: z.object({ amount: z.int(), currency: z.string() }), note: z.string().nullable() }),
  key: ({ order_id }) => order_id,
  upcasters: {
    1: ({ amount, ...rest }: { amount: number }) => ({ ...rest, total: { amount, currency: 'EUR' } }),
    2: (payload: object) => ({ ...payload, note: null }),
  },
});
const payload = { order_id: 'o1', total: { amount: 5, currency: 'EUR' }, note: null };

const refusal = (work: () => unknown): any => {
  try { work(); } catch (error) { return error; }
  throw new Error('was not refused');
};

test('an event has an id of its own, its type, version and key', () => {
  const [first, second] = [OrderPlaced(payload), OrderPlaced(payload)];
  expect(first).toEqual({ id: expect.any(String), type: 'order.placed', version: 3, key: 'o1', payload });
  expect(isUuid(first.id)).toBe(true);
  expect(second.id > first.id).toBe(true);
});

test('payloads of all versions are read at the newest one', () => {
  expect(OrderPlaced.read({ order_id: 'o1', amount: 5 }, 1)).toEqual(payload);
  expect(OrderPlaced.read({ order_id: 'o1', total: { amount: 5, currency: 'EUR' } }, 2)).toEqual(payload);
  expect(OrderPlaced.read(payload, 3)).toEqual(payload);
});

test('a payload with more than is declared loses it', () => {
  expect(OrderPlaced.read({ ...payload, secret: 1 }, 3)).toEqual(payload);
});

test.each([
  ['a newer version', payload, 4, 'versions 1 to 3 are known here'],
  ['no version', payload, 0, 'versions 1 to 3 are known here'],
  ['half a version', payload, 1.5, 'versions 1 to 3 are known here'],
  ['another shape', { order_id: 7, total: {} }, 3, expect.stringContaining('order_id')],
  ['no object', null, 3, expect.stringContaining('(payload)')],
  ['what an upcaster cannot take', null, 1, 'the upcaster from version 1 failed'],
])('%s cannot be read, and the error says why', (_, value, version, reason) => {
  const error = refusal(() => OrderPlaced.read(value, version));
  expect(EventUnreadable.is(error)).toBe(true);
  expect(error.details).toEqual({ type: 'order.placed', version, reason });
});

test.each([
  [{ version: 2 }, 'needs upcasters for 1, not for none'],
  [{ version: 3, upcasters: { 2: String } }, 'needs upcasters for 1, 2, not for 2'],
  [{ upcasters: { 1: String } }, 'needs upcasters for none, not for 1'],
  [{ version: 0 }, 'whole number from 1'],
  [{ version: 1.5 }, 'whole number from 1'],
])('%j is refused', (options, message) => {
  expect(() => defineEvent('a.b', { schema: z.object({}), key: () => 'k', ...options })).toThrow(message);
});

test('types know the event of a kind', () => {
  const event: DomainEvent<'order.placed', { order_id: string; total: { amount: number; currency: string }; note: string | null }> = OrderPlaced(payload);
  const same: EventOf<typeof OrderPlaced> = event;
  expect(same).toBe(event);
  // @ts-expect-error a field is missing
  expect(() => OrderPlaced({ order_id: 'o1' })).not.toThrow();
  // @ts-expect-error another type of event
  const other: DomainEvent<'order.paid'> = OrderPlaced(payload);
  expect(other.type).toBe('order.placed');
  // @ts-expect-error the key is made of what the payload has
  expect(defineEvent('a.b', { schema: z.object({ id: z.string() }), key: ({ nothing }) => nothing }).type).toBe('a.b');
});
