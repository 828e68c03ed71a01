import type { ApiKeys as ApiKeysPort } from '@org/enterprise-auth/api-keys';
import type { TokenIssuer } from '@org/enterprise-auth/jwt';
import type { PersistenceRevocations } from '@org/enterprise-auth/persistence';
import type { CookieSessions as CookieSessionsPort, Sessions as SessionsPort } from '@org/enterprise-auth/sessions';
import { token } from '@org/enterprise-kernel';

// The ports of the auth library that have no token of their own there.
export type Revocations = PersistenceRevocations;
export const Revocations = token<PersistenceRevocations>('auth.Revocations');
export type Sessions = SessionsPort;
export const Sessions = token<SessionsPort>('auth.Sessions');
export type CookieSessions = CookieSessionsPort;
export const CookieSessions = token<CookieSessionsPort>('auth.CookieSessions');
export type ApiKeys = ApiKeysPort;
export const ApiKeys = token<ApiKeysPort>('auth.ApiKeys');
export const AccessTokens = token<TokenIssuer>('auth.AccessTokens');
