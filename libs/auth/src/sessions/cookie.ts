import { anonymous, type Caller } from '@org/enterprise-kernel';
import type { CredentialScheme, RequestCredentials } from '../credentials.js';
import { cookieValues, hostCookie } from './cookie-header.js';
import { csrf, type Csrf, type CsrfOptions } from './csrf.js';
import type { Session } from './session.js';
import { SessionRevoked } from './sessions.errors.js';
import type { OpenSessionOptions, Sessions } from './sessions.js';
import { VerifiedCookies, type VerifiedCookiesOptions } from './verified-cookies.js';

export interface CookieSessionsOptions extends CsrfOptions, VerifiedCookiesOptions {
  readonly sessions: Sessions;
  /** Says who the subject of a session is now, with roles and permissions; `undefined` if there is no such user any more. */
  readonly callerOf: (session: Session) => Caller | undefined | Promise<Caller | undefined>;
  /** Begins with `__Host-`. @default __Host-session */
  readonly name?: string;
  /**
   * Who sends a cookie that proves nothing (any more): `anonymous`, or refused with SESSION_REVOKED on public routes too.
   * Browsers send cookies unasked, so refused ones cannot even log in again.
   * @default anonymous
   */
  readonly invalid?: 'anonymous' | 'refused';
}

export interface OpenCookieSessionOptions extends OpenSessionOptions {
  /** Whether the browser keeps the cookie when it is closed. @default true */
  readonly persistent?: boolean;
}

/** A log-in as the answer to it tells the browser: send `setCookie` as `Set-Cookie` and the token in the body. */
export interface OpenedCookieSession {
  readonly session: Session;
  readonly setCookie: string;
  readonly csrfToken: string;
}

export interface CookieSessions extends Disposable {
  /** For the authenticator. Whoever it lets through with a method that changes something has passed {@link Csrf.check}. */
  readonly scheme: CredentialScheme;
  open(options: OpenCookieSessionOptions): Promise<OpenedCookieSession>;
  /** Value of the `Set-Cookie` header that makes the browser forget. End the session itself with {@link Sessions.revoke}. */
  readonly clearCookie: string;
  /** `token` for a page that has lost its own, `checkOrigin` for the log-in, where there is no session to have one of. */
  readonly csrf: Pick<Csrf, 'token' | 'checkOrigin'>;
}

/** Makes sessions that a browser keeps in a cookie. Plain functions: what they return goes into the answers of any host. */
export function cookieSessions(options: CookieSessionsOptions): CookieSessions {
  const { sessions, callerOf, name = '__Host-session', invalid = 'anonymous' } = options;
  if (!/^__Host-[\w-]+$/.test(name)) throw new TypeError('The name of a session cookie begins with __Host-, which makes browsers keep it to this host.');
  const protection = csrf(options);
  const verified = new VerifiedCookies(options);

  async function look(secret: string, { remoteAddress }: RequestCredentials) {
    let session;
    try {
      session = await sessions.verifyCookie(secret, { address: remoteAddress });
    } catch (error) {
      if (SessionRevoked.is(error)) return undefined;
      throw error;
    }
    const caller = await callerOf(session);
    return caller && { session, caller: Object.freeze({ ...caller, via: 'session', sessionId: session.id }) };
  }

  function callerFor({ session, caller }: { readonly session: Session; readonly caller: Caller }, request: RequestCredentials): Caller {
    protection.check(request, session.id);
    return caller;
  }

  return {
    scheme: {
      name: 'session',
      securityScheme: { type: 'apiKey', in: 'cookie', name },
      read(request) {
        const values = cookieValues(request.header('cookie'), name);
        // Of two, one was put there by somebody else. Together they have the form of none.
        return values.length === 0 ? undefined : values.join('; ');
      },
      verify(secret, request) {
        const known = verified.find(secret);
        if (known) return callerFor(known, request);
        return verified.lookUp(secret, () => look(secret, request)).then((found) => {
          if (found) return callerFor(found, request);
          if (secret.includes(';')) throw new SessionRevoked(undefined, { message: `The request has more than one cookie ${name}; clear the cookies of this site.` });
          if (invalid === 'refused') throw new SessionRevoked();
          return anonymous;
        });
      },
    },
    async open({ persistent = true, ...opening }) {
      const { session, secret } = await sessions.openForCookie(opening);
      const maxAge = Math.max(1, Math.ceil((session.endsAt.getTime() - session.createdAt.getTime()) / 1000));
      return { session, setCookie: hostCookie(name, secret, persistent ? maxAge : undefined), csrfToken: protection.token(session.id) };
    },
    clearCookie: hostCookie(name, '', 0),
    csrf: { token: protection.token, checkOrigin: protection.checkOrigin },
    [Symbol.dispose]: () => verified[Symbol.dispose](),
  };
}
