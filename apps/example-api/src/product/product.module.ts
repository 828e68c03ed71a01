import { defineModule } from '@org/enterprise-di';
import { drizzleProductRepository } from './product.repository.drizzle.js';
import { productRoutes } from './product.routes.js';
import { ProductSeed } from './product.seed.js';
import { ProductService } from './product.service.js';
import { drizzleStock } from './product.stock.drizzle.js';

export const productModule = defineModule({
  name: 'product',
  providers: [drizzleProductRepository, drizzleStock, ProductService, ProductSeed],
  routes: [productRoutes],
});
