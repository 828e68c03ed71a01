import { defineError, typedDetails } from '@org/enterprise-kernel';

/** What is wrong with a password to be. */
export interface PasswordFault {
  readonly reason: 'too_short' | 'too_long' | 'too_many_bytes' | 'not_text' | 'common' | 'personal' | 'compromised';
  /** One sentence that says what to do; never a part of the password. */
  readonly message: string;
}

/** A new password breaks the policy; `reasons` holds every fault. */
export const PasswordRejected = defineError('PASSWORD_REJECTED', {
  kind: 'invalid', title: 'This password cannot be used.', details: typedDetails<{ readonly reasons: readonly PasswordFault[] }>(),
});

/** As many passwords are waiting to be hashed as may wait. */
export const PasswordHashingBusy = defineError('PASSWORD_HASHING_BUSY', {
  kind: 'unavailable', title: 'Too many passwords are being checked right now.', details: typedDetails<{ readonly retry_after_seconds: number }>(),
});

/** The thread that hashed the password has ended. Nothing is known of the password, and the next one gets another thread. */
export const PasswordHashingFailed = defineError('PASSWORD_HASHING_FAILED', { kind: 'unavailable', title: 'The password could not be checked.' });

/** The hasher has been disposed. */
export const PasswordHashingClosed = defineError('PASSWORD_HASHING_CLOSED', { kind: 'unavailable', title: 'No more passwords are checked: the service is stopping.' });

/** Too many log-ins failed for this account, from this address or both. */
export const LoginThrottled = defineError('LOGIN_THROTTLED', {
  kind: 'limited', title: 'Too many failed log-ins; wait as long as Retry-After says.', details: typedDetails<{ readonly retry_after_seconds: number }>(),
});

/** The token is unknown, used, replaced, expired or meant for something else; which of them is not told. */
export const OneTimeTokenInvalid = defineError('ONE_TIME_TOKEN_INVALID', {
  kind: 'invalid', title: 'This link or code is not valid any more; ask for a new one.',
});

export type PasswordsErrorCode =
  | 'PASSWORD_REJECTED'
  | 'PASSWORD_HASHING_BUSY'
  | 'PASSWORD_HASHING_FAILED'
  | 'PASSWORD_HASHING_CLOSED'
  | 'LOGIN_THROTTLED'
  | 'ONE_TIME_TOKEN_INVALID';
