import type { AppError, Caller } from '@org/enterprise-kernel';

/** What of a request an authenticator may look at. */
export interface RequestCredentials {
  /** Value of a header by its lower-case name. */
  header(name: string): string | undefined;
  /** Tells whether the request has this header more than once, also where `header` gives only the first. @default not known */
  repeats?(name: string): boolean;
  readonly method: string;
  readonly path: string;
  readonly remoteAddress: string;
}

/** One way to prove who calls: a bearer token, an API key, a session cookie. */
export interface CredentialScheme {
  /** Key of the scheme in an OpenAPI document, e.g. `bearer`. */
  readonly name: string;
  /** Returns the credential of this kind that the request carries, or `undefined`. Does no work beyond reading a header. */
  read(request: RequestCredentials): string | undefined;
  /**
   * Returns whom the credential proves, at once where it is known already.
   * Throws an `unauthenticated` error for one that proves nothing.
   */
  verify(credential: string, request: RequestCredentials): Caller | Promise<Caller>;
  /** OpenAPI security scheme object. */
  readonly securityScheme: object;
  /**
   * What a `WWW-Authenticate` header says of it, e.g. `Bearer`; a function says it to whom was refused with this error, whichever
   * scheme refused. @default it says nothing
   */
  readonly challenge?: string | ((error: AppError) => string);
}
