import { defineError, typedDetails } from '@org/enterprise-kernel';

/** A session was revoked, has expired or never was; which of these, the caller does not learn. */
export const SessionRevoked = defineError('SESSION_REVOKED', { kind: 'unauthenticated', title: 'This session has ended; log in again.' });

/** The subject has no session with this id. */
export const SessionNotFound = defineError('SESSION_NOT_FOUND', { kind: 'missing', title: 'There is no such session.' });

/** A refresh token that cannot be exchanged. Garbage, expired, revoked and used ones all look like this to the client. */
export const RefreshTokenInvalid = defineError('REFRESH_TOKEN_INVALID', { kind: 'unauthenticated', title: 'This refresh token is not valid; log in again.' });

/** A refresh token was used again after its time. It is the `cause` of a {@link RefreshTokenInvalid}, so that logs can tell and clients cannot. */
export const RefreshTokenReused = defineError('REFRESH_TOKEN_REUSED', {
  kind: 'unauthenticated',
  title: 'A refresh token was used again, and its session was revoked.',
  details: typedDetails<{ readonly session_id: string; readonly subject: string; readonly generation: number }>(),
});

/** Why a request with a session cookie was taken for a forged one. */
export type CsrfReason = 'cross-site' | 'origin-missing' | 'origin-unknown' | 'token-missing' | 'token-invalid';

/** A request that changes something came with a session cookie and without proof that the site's own page sent it. */
export const CsrfRejected = defineError('CSRF_REJECTED', {
  kind: 'forbidden',
  title: 'This request does not prove that it comes from a page of this site.',
  details: typedDetails<{ readonly reason: CsrfReason }>(),
});

/** Revocations of other processes could not be read for too long, so nothing that depends on them is accepted. */
export const RevocationsStale = defineError('REVOCATIONS_STALE', {
  kind: 'unavailable',
  title: 'It cannot be told at present what has been revoked.',
});

export type SessionErrorCode =
  | 'SESSION_REVOKED'
  | 'SESSION_NOT_FOUND'
  | 'REFRESH_TOKEN_INVALID'
  | 'REFRESH_TOKEN_REUSED'
  | 'CSRF_REJECTED'
  | 'REVOCATIONS_STALE';
