import { defineModule } from '@org/enterprise-di';
import { drizzleProductRepository } from './product.repository.drizzle.js';
import { productRoutes } from './product.routes.js';
import { ProductSeed } from './product.seed.js';
import { ProductService } from './product.service.js';

export const productModule = defineModule({
  name: 'product',
  providers: [drizzleProductRepository, ProductService, ProductSeed],
  routes: [productRoutes],
});
