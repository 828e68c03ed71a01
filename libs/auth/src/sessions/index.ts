export { cookieSessions, type CookieSessions, type CookieSessionsOptions, type OpenCookieSessionOptions, type OpenedCookieSession } from './cookie.js';
export { sessions } from './create-sessions.js';
export type { Csrf } from './csrf.js';
export { memoryRevocations, type MemoryRevocationsOptions } from './memory-revocations.js';
export { memorySessionStore } from './memory-session-store.js';
export type { SessionTokenReused } from './session-events.js';
export type { SessionRotation, SessionStore, SessionUse, StoredRotation, StoredSession } from './session-store.js';
export type { ListedSession, Session } from './session.js';
export {
  CsrfRejected, RefreshTokenInvalid, RefreshTokenReused, RevocationsStale, SessionNotFound, SessionRevoked, type CsrfReason, type SessionErrorCode,
} from './sessions.errors.js';
export type { SessionLifetimes, SessionReuse, SessionsOptions } from './sessions-options.js';
export type { OpenSessionOptions, Sessions, SessionWithRefreshToken } from './sessions.js';
