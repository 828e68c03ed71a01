import { provide } from '@org/enterprise-di';
import { EventSink } from '../events/event-sink.js';
import { pageOf } from '../page-of.js';
import { ProductConflict } from './product.errors.js';
import { ProductRepository, sortKey, type ProductFilters } from './product.repository.js';
import type { Product } from './product.js';

/** Products that are gone with the process. */
export const memoryProductRepository = provide(ProductRepository, { events: EventSink }, ({ events }): ProductRepository => {
  const products = new Map<string, Product>();
  return {
    async find(id) { return products.get(id); },
    async count() { return products.size; },
    async save({ state, events: happened }) {
      const stored = products.get(state.id);
      if ((stored?.version ?? 0) !== state.version - 1) throw conflict(state.id, state.version - 1, stored);
      products.set(state.id, state);
      await events.append(happened);
    },
    async remove({ state: { id, version }, events: happened }) {
      const stored = products.get(id);
      if (stored?.version !== version) throw conflict(id, version, stored);
      products.delete(id);
      await events.append(happened);
    },
    async list(request) {
      return pageOf([...products.values()].filter((product) => fits(product, request.filters)), request, sortKey);
    },
  };
});

const conflict = (id: string, expected: number, stored: Product | undefined) => new ProductConflict({ id, expected, actual: stored?.version ?? 0 });

function fits({ category, price, name, description }: Product, filters: ProductFilters): boolean {
  if (filters.category !== undefined && category !== filters.category) return false;
  if (filters.price_min !== undefined && price.amount < filters.price_min) return false;
  if (filters.price_max !== undefined && price.amount > filters.price_max) return false;
  return filters.q === undefined || `${name}\n${description}`.toLowerCase().includes(filters.q.toLowerCase());
}
