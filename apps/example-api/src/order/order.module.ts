import { defineModule } from '@org/enterprise-di';
import { drizzleOrderRepository } from './order.repository.drizzle.js';
import { orderRoutes } from './order.routes.js';
import { OrderService } from './order.service.js';

export const orderModule = defineModule({
  name: 'order',
  providers: [drizzleOrderRepository, OrderService],
  routes: [orderRoutes],
});
