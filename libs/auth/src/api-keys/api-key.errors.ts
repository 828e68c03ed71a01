import { defineError, typedDetails } from '@org/enterprise-kernel';

/** The key proves nothing. It does not say whether it is malformed, unknown, wrong, expired or revoked. */
export const ApiKeyInvalid = defineError('API_KEY_INVALID', {
  kind: 'unauthenticated',
  title: 'The API key is not valid.',
});

/** The owner has no key with this id; another's key is none either. */
export const ApiKeyNotFound = defineError('API_KEY_NOT_FOUND', {
  kind: 'missing',
  title: 'There is no such API key.',
});

/** A key was asked for in the name of somebody who is gone or blocked. */
export const ApiKeyOwnerUnknown = defineError('API_KEY_OWNER_UNKNOWN', {
  kind: 'missing',
  title: 'There is nobody to whom the API key could belong.',
});

/** The owner has as many keys as one may have. */
export const ApiKeyLimitReached = defineError('API_KEY_LIMIT_REACHED', {
  kind: 'conflict',
  title: 'There are as many API keys as one may have; revoke one first.',
  details: typedDetails<{ readonly limit: number }>(),
});

/** A name, a scope or a time that no key can have. */
export const ApiKeyRequestInvalid = defineError('API_KEY_REQUEST_INVALID', {
  kind: 'invalid',
  title: 'An API key cannot be made like this.',
  details: typedDetails<{ readonly field: 'name' | 'scopes' | 'expiresIn' | 'overlap'; readonly reason: string }>(),
});

/** The scopes go beyond what the owner may do. */
export const ApiKeyScopeForbidden = defineError('API_KEY_SCOPE_FORBIDDEN', {
  kind: 'forbidden',
  title: 'An API key cannot be given permissions that its owner does not have.',
  details: typedDetails<{ readonly scopes: readonly string[] }>(),
});

/** Whoever asks proved it with an API key, and keys make no keys. */
export const ApiKeyNotAllowed = defineError('API_KEY_NOT_ALLOWED', {
  kind: 'forbidden',
  title: 'An API key cannot make API keys; log in to do so.',
});

/** The key was changed by somebody else at the same time. */
export const ApiKeyConflict = defineError('API_KEY_CONFLICT', {
  kind: 'conflict',
  title: 'The API key was changed by another request; look at it again.',
});

export type ApiKeyErrorCode =
  | 'API_KEY_INVALID' | 'API_KEY_NOT_FOUND' | 'API_KEY_OWNER_UNKNOWN' | 'API_KEY_LIMIT_REACHED' | 'API_KEY_REQUEST_INVALID' | 'API_KEY_SCOPE_FORBIDDEN'
  | 'API_KEY_NOT_ALLOWED' | 'API_KEY_CONFLICT';
