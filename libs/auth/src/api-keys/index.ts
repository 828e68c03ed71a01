export { apiKeyPattern, isApiKey } from './api-key-format.js';
export type { ApiKeyOwner } from './api-key-reader.js';
export type { ApiKeyRotation, ApiKeyStore, StoredApiKey } from './api-key-store.js';
export {
  ApiKeyConflict, ApiKeyInvalid, ApiKeyLimitReached, ApiKeyNotAllowed, ApiKeyNotFound, ApiKeyOwnerUnknown, ApiKeyRequestInvalid, ApiKeyScopeForbidden,
  type ApiKeyErrorCode,
} from './api-key.errors.js';
export { apiKeys, type ApiKey, type ApiKeys, type ApiKeysOptions, type IssueApiKeyOptions, type IssuedApiKey, type RotateApiKeyOptions } from './api-keys.js';
export { memoryApiKeyStore } from './memory-api-key-store.js';
