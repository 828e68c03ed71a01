import { readFile } from 'node:fs/promises';
import { createContainer, provide, type Provider } from '@org/enterprise-di';
import { Database } from '@org/enterprise-persistence';
import { pgliteDatabase } from '@org/enterprise-persistence/pglite';
import { productRepositoryContract } from './product.repository.contract.js';
import { drizzleProductRepository } from './product.repository.drizzle.js';
import { memoryProductRepository } from './product.repository.memory.js';
import { ProductRepository } from './product.repository.js';

async function repository(...providers: Provider[]): Promise<ProductRepository> {
  const container = createContainer({ modules: [{ name: 'test', providers }] });
  await container.start();
  return container.resolve(ProductRepository);
}

productRepositoryContract('memory', () => repository(memoryProductRepository));

const pglite = pgliteDatabase({ folder: 'memory' });
afterAll(() => pglite.close());

productRepositoryContract('pglite', async () => {
  await pglite.script('drop table if exists products');
  await pglite.script(await readFile(new URL('../../migrations/0000_products.sql', import.meta.url), 'utf8'));
  return repository(provide(Database, {}, () => pglite, { dispose: false }), drizzleProductRepository);
});
