import { defineModule } from '@org/enterprise-di';
import { outboxMailer } from './mailer.outbox.js';
import { orderReceipt } from './order-receipt.subscriber.js';

export const mailModule = defineModule({
  name: 'mail',
  providers: [outboxMailer],
  subscribers: [orderReceipt],
});
