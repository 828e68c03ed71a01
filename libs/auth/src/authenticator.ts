import { isAppError, noopMeter, Unauthenticated, type AppError, type Caller, type Meter } from '@org/enterprise-kernel';
import type { CredentialScheme, RequestCredentials } from './credentials.js';
import { AmbiguousCredentials } from './errors.js';
import { placesOf, type Place } from './credential-places.js';

export interface CreateAuthenticatorOptions {
  /** The ways to prove who calls. Of several that read the same header or cookie, the first that takes a credential decides. */
  readonly schemes: readonly CredentialScheme[];
  /** Counts `auth_failures_total` by scheme and error code. @default nowhere */
  readonly meter?: Meter;
}

/** Says who calls. What `@org/enterprise-http` and the guards of this package take. */
export interface Authenticator {
  /**
   * Returns the caller, at once where the scheme answers at once, or `undefined` for a request without credentials.
   * @throws AMBIGUOUS_CREDENTIALS for more than one, UNAUTHENTICATED for an Authorization header that no scheme takes, and what
   * the scheme throws
   */
  authenticate(request: RequestCredentials): Caller | undefined | Promise<Caller | undefined>;
  /** OpenAPI security schemes by name. */
  readonly securitySchemes: Readonly<Record<string, object>>;
  /** Gives the value of the WWW-Authenticate header of a 401 (RFC 9110 section 11.6.1) for this error. */
  readonly challenge?: (error: AppError) => string;
}

/**
 * Makes an authenticator of several schemes. A request proves itself in one way only: with two credentials, one part of a
 * system might look at the first and another at the second.
 * @throws TypeError for no scheme, or two of one name
 */
export function createAuthenticator({ schemes, meter = noopMeter }: CreateAuthenticatorOptions): Authenticator {
  const names = schemes.map(({ name }) => name);
  if (names.length === 0) throw new TypeError('An authenticator needs at least one scheme.');
  if (new Set(names).size < names.length) throw new TypeError(`Two schemes have one name: ${names.join(', ')}.`);
  const places = placesOf(schemes);
  const failures = meter.counter({ name: 'auth_failures_total', help: 'Requests whose credentials were refused.', labels: ['scheme', 'code'] });
  const challenges = schemes.flatMap(({ challenge = [] }) => challenge);

  const failed = (scheme: string, error: unknown): never => {
    failures.add(1, { scheme, code: isAppError(error) ? error.code : 'unexpected' });
    throw error;
  };

  function find(request: RequestCredentials): { readonly scheme: CredentialScheme; readonly credential: string } | undefined {
    let found: { scheme: CredentialScheme; credential: string } | undefined;
    let at: Place | undefined;
    for (const place of places) {
      for (const scheme of place.schemes) {
        const credential = scheme.read(request);
        if (credential === undefined) continue;
        if (at) throw new AmbiguousCredentials({ found: [at.label, place.label] });
        found = { scheme, credential };
        at = place;
        break;
      }
    }
    assertOneAuthorization(request, at);
    if (at?.header !== undefined && request.repeats?.(at.header)) throw new AmbiguousCredentials({ found: [at.label, at.label] });
    return found;
  }

  return {
    securitySchemes: Object.fromEntries(schemes.map(({ name, securityScheme }) => [name, securityScheme])),
    ...(challenges.length > 0 && { challenge: (error: AppError) => challenges.map((each) => (typeof each === 'string' ? each : each(error))).join(', ') }),
    authenticate(request) {
      let name = 'none';
      try {
        const found = find(request);
        if (!found) return undefined;
        ({ name } = found.scheme);
        const caller = found.scheme.verify(found.credential, request);
        return 'then' in caller ? caller.then(undefined, (error: unknown) => failed(name, error)) : caller;
      } catch (error) {
        return failed(name, error);
      }
    },
  };
}

/** Looked at also where another credential was found: what nobody reads here, a proxy behind us may. */
function assertOneAuthorization(request: RequestCredentials, at: Place | undefined): void {
  const authorization = request.header('authorization');
  if (authorization === undefined) return;
  // RFC 9110 section 5.3: a recipient may join repeated fields by commas, so a comma is the sign of a second one.
  if (authorization.includes(',')) throw new AmbiguousCredentials({ found: ['Authorization', 'Authorization'] });
  if (at === undefined) throw new Unauthenticated(undefined, { message: 'The Authorization header has a scheme that is not known here.' });
  if (at.header !== 'authorization') throw new AmbiguousCredentials({ found: ['Authorization', at.label] });
}
