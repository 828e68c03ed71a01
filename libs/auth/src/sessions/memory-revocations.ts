import type { Revocations } from '../revocations.js';
import { RevocationList, type RevocationListOptions } from './revocation-list.js';

export type MemoryRevocationsOptions = RevocationListOptions;

/** Makes revocations that one process keeps to itself: for tests, and for services of one process that keep sessions in memory. */
export function memoryRevocations(options: MemoryRevocationsOptions = {}): Revocations {
  const list = new RevocationList(options);
  return {
    isRevoked: (id) => list.has(id),
    subscribe: (listener) => list.subscribe(listener),
    async publish(invalidations) {
      for (const each of invalidations) list.apply(each);
    },
  };
}
