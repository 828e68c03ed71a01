import type { ApiKey } from '@org/enterprise-auth/api-keys';
import type { ListedSession } from '@org/enterprise-auth/sessions';
import { implement, reply } from '@org/enterprise-http';
import { authContract } from './auth.contract.js';
import { ApiKeys, CookieSessions, Sessions } from './auth.tokens.js';
import { LogIns, sessionOf, type Tokens } from './log-ins.js';
import { faultsOf } from './password.js';
import { PasswordChanges } from './password-changes.js';

const time = (date: Date | undefined): string | null => date?.toISOString() ?? null;

const tokens = ({ accessToken, refreshToken, expiresIn }: Tokens) =>
  ({ access_token: accessToken, refresh_token: refreshToken, token_type: 'Bearer' as const, expires_in: expiresIn });

const session = ({ id, name, current, address, createdAt, lastUsedAt, expiresAt }: ListedSession) =>
  ({ id, name, current, address: address ?? null, created_at: createdAt.toISOString(), last_used_at: lastUsedAt.toISOString(), expires_at: expiresAt.toISOString() });

const apiKey = ({ id, name, scopes, createdAt, expiresAt, lastUsedAt }: ApiKey) =>
  ({ id, name, scopes: [...scopes], created_at: createdAt.toISOString(), expires_at: time(expiresAt), last_used_at: time(lastUsedAt) });

const overlap = { days: 1 };
const needs = { logIns: LogIns, passwords: PasswordChanges, sessions: Sessions, cookies: CookieSessions, keys: ApiKeys };

export const authRoutes = implement(authContract, needs, ({ logIns, passwords, sessions, cookies, keys }) => ({
  logIn: async ({ body, headers, remoteAddress: address }) => tokens(await logIns.logIn(body, { address, userAgent: headers['user-agent'] })),
  refresh: async ({ body, remoteAddress }) => tokens(await logIns.refresh(body.refresh_token, remoteAddress)),
  logOut: ({ caller }) => logIns.logOut(caller),

  async openCookie({ body, headers, remoteAddress }) {
    // Or another site's page could log its visitors in as somebody else.
    cookies.csrf.checkOrigin({ method: 'POST', path: '/auth/session', remoteAddress, header: (name) => headers[name as keyof typeof headers] });
    const { setCookie, csrfToken } = await logIns.openCookie(body, { address: remoteAddress, userAgent: headers['user-agent'] });
    return reply({ csrf_token: csrfToken }, { headers: { 'Set-Cookie': setCookie } });
  },
  csrfToken: ({ caller }) => ({ csrf_token: cookies.csrf.token(sessionOf(caller)) }),
  async closeCookie({ caller }) {
    await logIns.logOut(caller);
    return reply(undefined, { headers: { 'Set-Cookie': cookies.clearCookie } });
  },

  changePassword: ({ caller, body, remoteAddress }) => faultsOf('new_password', passwords.change(caller, body.current_password, body.new_password, remoteAddress)),
  forgetPassword: ({ body }) => passwords.forget(body.email),
  resetPassword: ({ body, remoteAddress }) => faultsOf('new_password', passwords.reset(body.token, body.new_password, remoteAddress)),

  listSessions: async ({ caller }) => ({ items: (await sessions.list(caller.id, { current: caller.sessionId })).map(session) }),
  async renameSession({ caller, params, body }) {
    sessionOf(caller);
    await sessions.rename(caller.id, params.id, body.name);
  },
  async revokeSession({ caller, params }) {
    sessionOf(caller);
    await sessions.revoke(caller.id, params.id);
  },

  listApiKeys: async ({ caller }) => ({ items: (await keys.list(caller.id)).map(apiKey) }),
  async createApiKey({ caller, body: { name, scopes, expires_in_days: days } }) {
    const made = await keys.issue({ owner: caller.id, name, scopes, ...(days !== undefined && { expiresIn: { days } }) });
    return { ...apiKey(made.apiKey), key: made.key };
  },
  async rotateApiKey({ caller, params }) {
    const made = await keys.rotate(caller.id, params.id, { overlap });
    return { ...apiKey(made.apiKey), key: made.key };
  },
  async revokeApiKey({ caller, params }) {
    sessionOf(caller);
    await keys.revoke(caller.id, params.id);
  },
}));
