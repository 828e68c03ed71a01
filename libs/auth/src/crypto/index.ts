export { cipher, type Cipher } from './cipher.js';
export { constantTimeEqual } from './constant-time-equal.js';
export { DecryptionFailed, type CryptoErrorCode } from './crypto.errors.js';
export { deriveKeyRing } from './derive-key-ring.js';
export { hmac, type Hmac } from './hmac.js';
export { keyRing, type KeyRing, type SecretKey } from './key-ring.js';
export { hashToken, randomToken } from './tokens.js';
