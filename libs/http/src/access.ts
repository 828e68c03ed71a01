import type { AppError, Caller, ErrorClass } from '@org/enterprise-kernel';
import { isPromise } from './is-promise.js';

/**
 * Who may call a route; every route says so.
 * `public`: anyone. `authenticated`: anyone who is known. Anything else is a permission that the caller needs,
 * e.g. `products:write`; an object decides for itself.
 */
export type Access = 'public' | 'authenticated' | (string & {}) | AccessRule;

/** Access that depends on more than one permission, such as a policy of the auth library. */
export interface AccessRule {
  /** Unique in an application: `orders.read`. */
  readonly name: string;
  /** Whole sentences, in Markdown, for the API document. */
  readonly description: string;
  /** What the API document says of it in `x-access`, as JSON. */
  readonly document: object;
  /** Errors that it answers with besides UNAUTHENTICATED and FORBIDDEN; the route need not declare them. @default none */
  readonly errors?: readonly ErrorClass<any, any, any>[];
  /** Asked in front of the handler. @throws an `unauthenticated` or `forbidden` error for a caller whom it can allow nothing here */
  admit(caller: Caller): void;
  /**
   * Called before the handler, in its request context; what it returns is called when the handler has succeeded, and throws where
   * its result must not be sent because the handler did not ask what it had to. @default the handler has nothing to ask
   */
  readonly watch?: () => () => void;
}

/** What of a request an authenticator may look at. */
export interface Credentials {
  header(name: string): string | undefined;
  /** Tells whether the request has this header more than once, also where `header` gives only the first. @default not known */
  repeats?(name: string): boolean;
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
  /** Value of the WWW-Authenticate header of a 401, for all or for the error that is answered. @default Bearer */
  readonly challenge?: string | ((error: AppError) => string);
}

/** Says whether a known or anonymous caller may use a route. */
export interface Authorizer {
  /** Resolves when allowed; throws a `forbidden` or `unauthenticated` error when not. */
  authorize(caller: Caller, access: Access, route: { readonly method: string; readonly path: string }): void | Promise<void>;
}

/** Knows nobody: every route that is not public answers 401. */
export const noAuthenticator: Authenticator = { authenticate: () => undefined };

/** The permission that is asked for; `undefined` for `public`, `authenticated` and rules. */
export const permissionOf = (access: Access): string | undefined =>
  typeof access === 'object' || access === 'public' || access === 'authenticated' ? undefined : access;

/** What is wrong with an access that was declared, or `undefined`. */
export function faultOfAccess(access: Access | undefined): string | undefined {
  if (!access) return "does not say who has access; write access: 'public' if everyone has.";
  if (typeof access === 'string') return undefined;
  return typeof access === 'object' && typeof access.admit === 'function' ? undefined : "has an access that is neither a text nor a rule with `admit`, such as a policy.";
}

/** Has a handler watched by the rule in front of it; one without such a rule stays as it is. */
export function watched<C, T>(access: Access, handle: (context: C) => T | Promise<T>): (context: C) => T | Promise<T> {
  if (typeof access !== 'object' || !access.watch) return handle;
  return (context) => {
    const settle = access.watch!();
    const result = handle(context);
    if (isPromise(result)) return result.then((value) => { settle(); return value; });
    settle();
    return result;
  };
}
