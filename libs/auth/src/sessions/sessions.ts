import type { ListedSession, Session } from './session.js';

export interface OpenSessionOptions {
  /** Id of the user or service that has logged in. */
  readonly subject: string;
  /** What its owner calls the device, at most 100 characters. @default a guess from the user agent */
  readonly name?: string | undefined;
  /** The `User-Agent` header. */
  readonly userAgent?: string | undefined;
  readonly address?: string | undefined;
  /** Id of the session that the same device had until now, which ends: a log-in over a log-in leaves one. */
  readonly replaces?: string | undefined;
}

/** What a client needs to go on: shown once, and kept here as a hash alone. */
export interface SessionWithRefreshToken {
  readonly session: Session;
  readonly refreshToken: string;
}

/** Log-ins that last: opened, used, listed and ended. */
export interface Sessions {
  /** Opens a session after a log-in. Nothing that the client had before becomes part of it. */
  open(options: OpenSessionOptions): Promise<SessionWithRefreshToken>;
  /**
   * Exchanges a refresh token for the next one. A repeat within the grace, before that next one was used, gets the same; any
   * other reuse revokes the session.
   * @throws REFRESH_TOKEN_INVALID, in all cases alike
   */
  refresh(refreshToken: string, use?: { readonly address?: string | undefined }): Promise<SessionWithRefreshToken>;
  /** Opens a session for a browser's cookie, whose secret stays the same until it ends. */
  openForCookie(options: OpenSessionOptions): Promise<{ readonly session: Session; readonly secret: string }>;
  /**
   * Returns the session that a cookie's secret proves, read from the store, and notes about once a minute that it is used.
   * @throws SESSION_REVOKED
   */
  verifyCookie(secret: string, use?: { readonly address?: string | undefined }): Promise<Session>;
  /** Returns the sessions of a subject, the one used last first. `current` is the one that asks. */
  list(subject: string, options?: { readonly current?: string | undefined }): Promise<readonly ListedSession[]>;
  /** @throws SESSION_NOT_FOUND, also for a session of somebody else */
  rename(subject: string, id: string, name: string): Promise<void>;
  /** @throws SESSION_NOT_FOUND, also for a session of somebody else */
  revoke(subject: string, id: string): Promise<void>;
  /** Ends all sessions of a subject, but for `except`, and returns how many. */
  revokeAll(subject: string, options?: { readonly except?: string | undefined }): Promise<number>;
  /** Deletes what has expired, and returns how much. Runs by itself about every ten minutes while sessions are opened. */
  purge(): Promise<number>;
}
