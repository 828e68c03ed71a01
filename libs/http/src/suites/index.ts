export { idempotencyContract, type IdempotencyContractOptions, type TestApi } from './idempotency-contract.js';
