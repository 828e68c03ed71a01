export { apiKeyStoreContract, type ApiKeyStoreContractOptions } from './api-key-store.contract.js';
export { sessionStoreContract, type SessionStoreContractOptions } from './session-store.contract.js';
export type { TestApi } from './test-api.js';
export { attemptStoreContract, type AttemptStoreContractOptions } from './attempt-store.contract.js';
export { oneTimeTokenStoreContract, type OneTimeTokenStoreContractOptions } from './one-time-token-store.contract.js';
