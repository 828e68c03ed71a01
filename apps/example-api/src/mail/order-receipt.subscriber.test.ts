import { placeOrder } from '../order/order.js';
import type { Mail, Mailer } from './mailer.js';
import { orderReceipt } from './order-receipt.subscriber.js';

const lines = [{ productId: 'tea', quantity: 2, unitPrice: { amount: 690, currency: 'EUR' } }];
const [placed] = placeOrder({ id: 'o1', customerId: 'alice', lines }, new Date()).events;

test('a customer gets a receipt of what was ordered, the same one however often the event comes', async () => {
  const sent: Mail[] = [];
  const mailer: Mailer = { send: async (mail) => void sent.push(mail) };
  for (let i = 0; i < 2; i++) await orderReceipt.handle({ ...placed, occurredAt: new Date() }, { mailer });
  expect(sent[0]).toEqual({
    id: `order-receipt:${placed!.id}`, to: 'alice', template: 'order-receipt',
    data: { order_id: 'o1', items: [{ product_id: 'tea', quantity: 2, unit_price: { amount: 690, currency: 'EUR' } }], total: { amount: 1380, currency: 'EUR' } },
  });
  expect(sent[1]).toEqual(sent[0]);
});

test('it listens to orders that are placed, each handled once', () => {
  expect([orderReceipt.events.map(({ type }) => type), orderReceipt.guarantee]).toEqual([['order.placed'], 'once']);
});
