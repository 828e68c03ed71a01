import type { Caller } from '@org/enterprise-kernel';

/**
 * Who may call a route; every route says so.
 * `public`: anyone. `authenticated`: anyone who is known. Anything else is a permission that the caller needs,
 * e.g. `products:write`; an object adds what an {@link Authorizer} understands.
 */
export type Access = 'public' | 'authenticated' | (string & {}) | AccessRule;

export interface AccessRule {
  readonly permission: string;
  /** Named resource-level policy, decided by the {@link Authorizer}. */
  readonly policy?: string;
}

/** What of a request an authenticator may look at. */
export interface Credentials {
  header(name: string): string | undefined;
  readonly method: string;
  readonly path: string;
  readonly remoteAddress: string;
}

/** Says who calls. Implemented by the auth library, or by yours. */
export interface Authenticator {
  /**
   * Returns the caller, or `undefined` when the request carries no credentials.
   * Throws an `unauthenticated` error when it carries bad ones.
   */
  authenticate(credentials: Credentials): Caller | undefined | Promise<Caller | undefined>;
  /** How the API document describes it. @default none */
  readonly securitySchemes?: Readonly<Record<string, object>>;
  /** Value of the WWW-Authenticate header of a 401. @default Bearer */
  readonly challenge?: string;
}

/** Says whether a known or anonymous caller may use a route. */
export interface Authorizer {
  /** Resolves when allowed; throws a `forbidden` or `unauthenticated` error when not. */
  authorize(caller: Caller, access: Access, route: { readonly method: string; readonly path: string }): void | Promise<void>;
}

/** Knows nobody: every route that is not public answers 401. */
export const noAuthenticator: Authenticator = { authenticate: () => undefined };

/** The permission a rule asks for, or `undefined` for `public` and `authenticated`. */
export const permissionOf = (access: Access): string | undefined =>
  typeof access === 'object' ? access.permission : access === 'public' || access === 'authenticated' ? undefined : access;
