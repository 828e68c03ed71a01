import { token } from '@org/enterprise-kernel';
import { z } from 'zod';
import { defineEvent } from './define-event.js';
import { memoryEvents } from './memory-events.js';
import { subscribe } from './subscribe.js';

interface Mailer { send(to: string): Promise<void> }
const Mailer = token<Mailer>('mail.Mailer');
const Placed = defineEvent('order.placed', { schema: z.object({ order_id: z.string(), total: z.int() }), key: ({ order_id }) => order_id });
const Paid = defineEvent('order.paid', { schema: z.object({ order_id: z.string(), by: z.enum(['card', 'cash']) }), key: ({ order_id }) => order_id });

test('a subscriber is a value with everything that it was not told filled in', () => {
  const handle = async (): Promise<void> => {};
  expect(subscribe(Placed, { name: 'mail.receipt', handle })).toEqual({
    name: 'mail.receipt', events: [Placed], deps: {}, handle, guarantee: 'once', concurrency: 4, batch: 16, timeout: { seconds: 20 },
    retry: { attempts: 10, first: { seconds: 1 }, longest: { minutes: 10 } },
  });
  expect(subscribe([Placed, Paid], { name: 'a', handle, retry: { attempts: 1 } })).toMatchObject({ events: [Placed, Paid], retry: { attempts: 1, first: { seconds: 1 } } });
});

test('the handler knows the payloads and what it asked for', async () => {
  const subscriber = subscribe([Placed, Paid], {
    name: 'mail.receipt',
    deps: { mailer: Mailer },
    async handle(event, deps) {
      await deps.mailer.send(event.payload.order_id);
      // @ts-expect-error not all of them have it
      void event.payload.total;
      if (event.type === 'order.placed') {
        const total: number = event.payload.total;
        const at: Date = event.occurredAt;
        void [total, at];
      } else {
        const by: 'card' | 'cash' = event.payload.by;
        // @ts-expect-error a payment has no total
        void [by, event.payload.total];
      }
      // @ts-expect-error not asked for
      void deps.database;
    },
  });
  const sent: string[] = [];
  await subscriber.handle({ ...Placed({ order_id: 'o1', total: 1 }), occurredAt: new Date() }, { mailer: { send: async (to: string) => void sent.push(to) } });
  expect(sent).toEqual(['o1']);
  subscribe(Placed, {
    name: 'types',
    handle: async ({ payload }) => {
      const total: number = payload.total;
      // @ts-expect-error no such field
      void [total, payload.by];
    },
  });
});

test.each([
  ['without a name', { name: '' }, [Placed]],
  ['of nothing', { name: 'a' }, []],
  ['of one type twice', { name: 'a' }, [Placed, Placed]],
  ['of no concurrency', { name: 'a', concurrency: 0 }, [Placed]],
  ['with half an attempt', { name: 'a', retry: { attempts: 0.5 } }, [Placed]],
])('a subscriber %s is refused', (_, options, events) => {
  expect(() => subscribe(events, { handle: async () => {}, ...options })).toThrow(TypeError);
});

test('two subscribers of one name are refused', () => {
  const one = subscribe(Placed, { name: 'a', handle: async () => {} });
  expect(() => memoryEvents({ subscribers: [one, one] })).toThrow('two subscribers with the name "a"');
});

test('a subscriber that asks for something needs somebody who gives it', async () => {
  await using bus = memoryEvents({ subscribers: [subscribe(Placed, { name: 'a', deps: { mailer: Mailer }, handle: async () => {} })] });
  await expect(bus.start()).rejects.toThrow('asks for "mail.Mailer"');
});
