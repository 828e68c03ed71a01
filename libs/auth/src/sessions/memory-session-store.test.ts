import { sessionStoreContract } from '../contract/session-store.contract.js';
import { memorySessionStore } from './memory-session-store.js';

sessionStoreContract({ describe, test }, { name: 'memory', open: () => memorySessionStore() });
