import { defineModule } from '@org/enterprise-di';
import { memoryProductRepository } from './product.repository.memory.js';
import { productRoutes } from './product.routes.js';
import { ProductSeed } from './product.seed.js';
import { ProductService } from './product.service.js';

export const productModule = defineModule({
  name: 'product',
  providers: [memoryProductRepository, ProductService, ProductSeed],
  routes: [productRoutes],
});
