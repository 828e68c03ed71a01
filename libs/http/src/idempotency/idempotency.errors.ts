import { defineError } from '@org/enterprise-kernel';
import { z } from 'zod';

/** The route takes no request without an Idempotency-Key. */
export const IdempotencyKeyRequired = defineError('IDEMPOTENCY_KEY_REQUIRED', {
  kind: 'invalid', title: 'This needs an Idempotency-Key, made anew for each intention.', details: z.undefined(),
});
/** The first request with this key did not end within the time that a repeat waits for it. */
export const IdempotencyInProgress = defineError('IDEMPOTENCY_IN_PROGRESS', {
  kind: 'conflict', title: 'The first request with this Idempotency-Key is still being handled; repeat this one as Retry-After says.',
  details: z.object({ retry_after_seconds: z.int() }),
});
/** The key belongs to a request with another payload. */
export const IdempotencyKeyReused = defineError('IDEMPOTENCY_KEY_REUSED', {
  kind: 'rejected', title: 'This Idempotency-Key was used for another request.', details: z.undefined(),
});

export type IdempotencyErrorCode = 'IDEMPOTENCY_KEY_REQUIRED' | 'IDEMPOTENCY_IN_PROGRESS' | 'IDEMPOTENCY_KEY_REUSED';
