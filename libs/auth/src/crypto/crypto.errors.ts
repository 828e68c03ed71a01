import { defineError } from '@org/enterprise-kernel';

/** A text was not encrypted with these keys for this context, or was changed. It says no more on purpose. */
export const DecryptionFailed = defineError('DECRYPTION_FAILED', {
  kind: 'internal',
  title: 'The text cannot be decrypted.',
});

export type CryptoErrorCode = 'DECRYPTION_FAILED';
