export { databaseContract, type DatabaseContractOptions, type TestApi } from './database-contract.js';
