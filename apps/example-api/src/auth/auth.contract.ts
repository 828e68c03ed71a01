import { ApiKeyConflict, ApiKeyLimitReached, ApiKeyNotAllowed, ApiKeyNotFound, ApiKeyOwnerUnknown, ApiKeyRequestInvalid, ApiKeyScopeForbidden } from '@org/enterprise-auth/api-keys';
import { LoginThrottled, OneTimeTokenInvalid, PasswordHashingBusy } from '@org/enterprise-auth/passwords';
import { CsrfRejected, RefreshTokenInvalid, SessionNotFound } from '@org/enterprise-auth/sessions';
import { contract, created, noContent, ok, route } from '@org/enterprise-http';
import { z } from 'zod';
import { Email } from '../user/email.js';
import { UserNotFound } from '../user/user.errors.js';
import { CredentialsInvalid, LogInRequired, PasswordWrong } from './auth.errors.js';
import { NewPassword, PasswordAttempt } from './password.js';

const Id = z.uuid().meta({ example: '01890a5d-ac96-774b-bcce-b302099a8057' });
const Time = z.iso.datetime().meta({ example: '2026-01-01T09:30:00.000Z' });
const Label = z.string().trim().min(1).max(100).regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be text on one line');
const Token = z.string().min(1).max(1_000);
const params = z.object({ id: Id });
const keyParams = z.object({ id: z.string().regex(/^[A-Za-z0-9]{22}$/, 'must be the id of an API key').meta({ example: '5Wb8yqH0sTn2cVxQeLk9Rd' }) });

const Tokens = z.object({
  access_token: z.string().meta({ description: 'For the header `Authorization: Bearer`.' }),
  refresh_token: z.string().meta({ description: 'Good for one use: it is exchanged for the next.' }),
  token_type: z.literal('Bearer'),
  expires_in: z.int().meta({ description: 'Seconds that the access token lasts.', example: 900 }),
}).meta({ id: 'Tokens' });

const Csrf = z.object({ csrf_token: z.string() }).meta({ id: 'CsrfToken' });

const Session = z.object({
  id: Id, name: z.string().meta({ description: 'What the user calls the device, or what it calls itself.', example: 'Firefox on Linux' }),
  current: z.boolean().meta({ description: 'Whether it is the one that asks.' }),
  address: z.string().nullable(), created_at: Time, last_used_at: Time, expires_at: Time,
}).meta({ id: 'Session' });

const ApiKey = z.object({
  id: z.string(), name: z.string(), scopes: z.array(z.string()), created_at: Time, expires_at: Time.nullable(), last_used_at: Time.nullable(),
}).meta({ id: 'ApiKey' });
const NewApiKey = ApiKey.extend({ key: z.string().meta({ description: 'For the header `X-API-Key`. Shown this once.' }) }).meta({ id: 'NewApiKey' });

const Proof = z.object({ email: Email, password: PasswordAttempt });
const device = z.object({ 'user-agent': z.string().optional() });
/** What a browser says of the page that sends a request. */
const page = device.extend({ 'sec-fetch-site': z.string().optional(), origin: z.string().optional(), host: z.string().optional() });

const own = { access: 'authenticated', tags: ['auth'] } as const;
const open = { access: 'public', tags: ['auth'] } as const;
const guessed = [CredentialsInvalid, LoginThrottled, PasswordHashingBusy] as const;

export const authContract = contract('auth', {
  logIn: route({
    ...open, method: 'POST', path: '/auth/login', summary: 'Log in', headers: device, body: Proof, returns: ok(Tokens), errors: guessed,
    description: 'Who guesses has to wait longer after each wrong guess. A wrong address and a wrong password are answered alike.',
  }),
  refresh: route({
    ...open, method: 'POST', path: '/auth/refresh', summary: 'Exchange a refresh token for the next one',
    description: 'A repeat within ten seconds gets the same refresh token, until that one is used. A token that was used up before ends the session: somebody else has it.',
    body: z.object({ refresh_token: Token }), returns: ok(Tokens), errors: [RefreshTokenInvalid, CredentialsInvalid],
  }),
  logOut: route({ ...own, method: 'POST', path: '/auth/logout', summary: 'Log out', description: 'Ends the session of the caller, at once.', returns: noContent(), errors: [LogInRequired, SessionNotFound] }),

  openCookie: route({
    ...open, method: 'POST', path: '/auth/session', summary: 'Log in with a cookie', headers: page, body: Proof,
    description: 'For pages in a browser: the log-in is in a cookie that no script can read, and whatever changes something needs the `csrf_token` in the header `X-CSRF-Token`.',
    returns: ok(Csrf), errors: [...guessed, CsrfRejected],
  }),
  csrfToken: route({ ...own, method: 'GET', path: '/auth/session', summary: 'Get another CSRF token', description: 'For a page that has lost its own.', returns: ok(Csrf), errors: [LogInRequired] }),
  closeCookie: route({ ...own, method: 'DELETE', path: '/auth/session', summary: 'Log out and forget the cookie', returns: noContent(), errors: [LogInRequired, SessionNotFound] }),

  changePassword: route({
    ...own, method: 'PUT', path: '/me/password', summary: 'Change the own password', description: 'All other sessions end.',
    body: z.object({ current_password: PasswordAttempt, new_password: NewPassword }), returns: noContent(),
    errors: [PasswordHashingBusy, PasswordWrong, LoginThrottled, LogInRequired, UserNotFound],
  }),
  forgetPassword: route({
    ...open, method: 'POST', path: '/auth/password/forgot', summary: 'Ask for a mail to set a new password with',
    description: 'The answer is the same whether there is such a user or not.', body: z.object({ email: Email }), returns: noContent(),
  }),
  resetPassword: route({
    ...open, method: 'POST', path: '/auth/password/reset', summary: 'Set a new password with the token of a mail', description: 'All sessions end.',
    body: z.object({ token: Token, new_password: NewPassword }), returns: noContent(), errors: [PasswordHashingBusy, OneTimeTokenInvalid, UserNotFound],
  }),

  listSessions: route({ ...own, method: 'GET', path: '/me/sessions', summary: 'List where one is logged in', returns: ok(z.object({ items: z.array(Session) })) }),
  renameSession: route({
    ...own, method: 'PATCH', path: '/me/sessions/{id}', summary: 'Name a device', params, body: z.object({ name: Label }), returns: noContent(), errors: [SessionNotFound, LogInRequired],
  }),
  revokeSession: route({ ...own, method: 'DELETE', path: '/me/sessions/{id}', summary: 'Log a device out', params, returns: noContent(), errors: [SessionNotFound, LogInRequired] }),

  listApiKeys: route({ ...own, method: 'GET', path: '/me/api-keys', summary: 'List the own API keys', returns: ok(z.object({ items: z.array(ApiKey) })) }),
  createApiKey: route({
    ...own, method: 'POST', path: '/me/api-keys', summary: 'Make an API key',
    description: 'It may do what its scopes name and its owner may do at that moment. An API key cannot make another.',
    body: z.object({ name: Label, scopes: z.array(z.string().min(1).max(100)).max(50).default([]), expires_in_days: z.int().min(1).max(3_650).optional() }),
    returns: created(NewApiKey, { location: '/me/api-keys/{id}' }), errors: [ApiKeyRequestInvalid, ApiKeyScopeForbidden, ApiKeyLimitReached, ApiKeyNotAllowed, ApiKeyOwnerUnknown],
  }),
  rotateApiKey: route({
    ...own, method: 'POST', path: '/me/api-keys/{id}/rotate', summary: 'Give an API key a new secret', description: 'The old one is good for another day.',
    params: keyParams, returns: ok(NewApiKey), errors: [ApiKeyNotFound, ApiKeyConflict, ApiKeyNotAllowed, ApiKeyRequestInvalid],
  }),
  revokeApiKey: route({
    ...own, method: 'DELETE', path: '/me/api-keys/{id}', summary: 'Revoke an API key', params: keyParams, returns: noContent(), errors: [ApiKeyNotFound, LogInRequired],
  }),
});
