import { createContainer } from '@org/enterprise-di';
import { productRepositoryContract } from './product.repository.contract.js';
import { memoryProductRepository } from './product.repository.memory.js';
import { ProductRepository } from './product.repository.js';

productRepositoryContract('memory', async () => {
  const container = createContainer({ modules: [{ name: 'test', providers: [memoryProductRepository] }] });
  await container.start();
  return container.resolve(ProductRepository);
});
