/** Who makes a request, as every layer sees it. Made by an authenticator, never from client input. */
export interface Caller {
  /** Stable id of the user or service; `anonymous` for {@link anonymous}. */
  readonly id: string;
  readonly kind: 'anonymous' | 'user' | 'service';
  /** How the caller proved it, e.g. `jwt`, `api-key`, `session`; absent for anonymous. */
  readonly via?: string;
  /** Id of what proved it, such as an API key, where there are several: for audit logs, and never a secret. */
  readonly credentialId?: string;
  readonly roles: readonly string[];
  readonly permissions: ReadonlySet<string>;
  /** The tenant the caller belongs to, in a multi-tenant application. */
  readonly tenant?: string;
  /** The log-in this request belongs to, if it can be revoked. */
  readonly sessionId?: string;
}

/** The caller of a request that proves nothing. */
export const anonymous: Caller = Object.freeze({
  id: 'anonymous',
  kind: 'anonymous',
  roles: Object.freeze([]),
  // A set cannot be frozen, and one that all requests share must never gain an entry.
  get permissions() { return new Set<string>(); },
});
