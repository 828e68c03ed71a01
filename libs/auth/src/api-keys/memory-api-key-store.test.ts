import { apiKeyStoreContract } from '../contract/api-key-store.contract.js';
import { memoryApiKeyStore } from './memory-api-key-store.js';

apiKeyStoreContract({ describe, test }, { name: 'memory', open: () => memoryApiKeyStore() });
