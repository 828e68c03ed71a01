export { idempotencyKeys } from './idempotency.table.js';
export { persistenceIdempotencyStore, type PersistenceIdempotencyStoreOptions } from './persistence-store.js';
