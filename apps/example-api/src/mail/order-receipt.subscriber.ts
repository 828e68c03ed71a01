import { subscribe } from '@org/enterprise-events';
import { OrderPlaced } from '../order/order.events.js';
import { Mailer } from './mailer.js';

/** Sends the customer a receipt: written down in the unit of work that marks the event as handled, so there is one of each. */
export const orderReceipt = subscribe(OrderPlaced, {
  name: 'mail.order-receipt',
  deps: { mailer: Mailer },
  handle: ({ id, payload: { customer_id, ...data } }, { mailer }) =>
    mailer.send({ id: `order-receipt:${id}`, to: customer_id, template: 'order-receipt', data }),
});
