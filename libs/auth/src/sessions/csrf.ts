import { deriveKeyRing } from '../crypto/derive-key-ring.js';
import { hmac } from '../crypto/hmac.js';
import type { KeyRing } from '../crypto/key-ring.js';
import { randomToken } from '../crypto/tokens.js';
import type { RequestCredentials } from '../credentials.js';
import { CsrfRejected, type CsrfReason } from './sessions.errors.js';

export interface CsrfOptions {
  readonly keys: KeyRing;
  /** Origins other than the API's own whose pages may use its sessions: `https://app.example.com`. @default none */
  readonly origins?: readonly string[];
}

/** Tells requests of the site's own pages from those that other sites make a browser send. */
export interface Csrf {
  /** Makes a token for the pages of one session, another text each time, good as long as the session. */
  token(sessionId: string): string;
  /**
   * Passes what a page of the site has sent, by what the browser says of it.
   * @throws CSRF_REJECTED
   */
  checkOrigin(request: RequestCredentials): void;
  /**
   * Passes what changes nothing, and else what comes from a page of the site and has this session's token.
   * @throws CSRF_REJECTED
   */
  check(request: RequestCredentials, sessionId: string): void;
}

/** The header with the token; a page of another site cannot add it to a request without being asked about first. */
export const csrfHeader = 'x-csrf-token';

const messages: Record<CsrfReason, string> = {
  'cross-site': 'The browser says that a page of another site sent this request (Sec-Fetch-Site), and its origin is not among those that are allowed.',
  'origin-missing': 'This request has neither Sec-Fetch-Site nor Origin, so it cannot be told which page sent it.',
  'origin-unknown': 'The Origin of this request is neither the host that it was sent to nor among those that are allowed.',
  'token-missing': 'A request that changes something with a session cookie needs the session\'s token in the header X-CSRF-Token.',
  'token-invalid': 'The token in X-CSRF-Token was not made for this session; a new log-in has a new one.',
};
const rejected = (reason: CsrfReason): Error => new CsrfRejected({ reason }, { message: messages[reason] });

// RFC 9110, section 9.2.1; TRACE has no business with a session.
const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Makes the protection of cookies against forged requests. Both the origin and the token have to be right. The token is an
 * HMAC of the session's id and some random bytes, which make it another text each time (the BREACH attack guesses what stays).
 * @see https://www.w3.org/TR/fetch-metadata/ and OWASP's Cross-Site Request Forgery Prevention Cheat Sheet
 */
export function csrf({ keys, origins = [] }: CsrfOptions): Csrf {
  const signature = hmac(deriveKeyRing(keys, 'session.csrf'));
  const allowed = new Set(origins.map(normalised));

  function checkOrigin(request: RequestCredentials): void {
    const site = request.header('sec-fetch-site');
    // `none` is what the user has typed or opened from a bookmark.
    if (site === 'same-origin' || site === 'none') return;
    const origin = request.header('origin');
    if (origin !== undefined && allowed.has(origin)) return;
    if (site !== undefined) throw rejected('cross-site');
    if (origin === undefined) throw rejected('origin-missing');
    if (!isOwn(origin, request.header('host'))) throw rejected('origin-unknown');
  }

  return {
    token(sessionId) {
      const random = randomToken(16);
      return `${random}.${signature.sign(`${sessionId}.${random}`)}`;
    },
    checkOrigin,
    check(request, sessionId) {
      // A WebSocket begins with a GET that browsers send to any site with its cookies, and that has no room for a token.
      const opensSocket = request.header('upgrade')?.toLowerCase() === 'websocket';
      if (safe.has(request.method) && !opensSocket) return;
      checkOrigin(request);
      if (opensSocket && request.method === 'GET') return;
      const token = request.header(csrfHeader);
      if (token === undefined) throw rejected('token-missing');
      const [random = '', signed = ''] = split(token);
      if (!signature.verify(`${sessionId}.${random}`, signed)) throw rejected('token-invalid');
    },
  };
}

const split = (token: string): readonly string[] => {
  const end = token.indexOf('.');
  return end < 0 ? [] : [token.slice(0, end), token.slice(end + 1)];
};

const isOwn = (origin: string, host: string | undefined): boolean =>
  host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();

function normalised(origin: string): string {
  if (!URL.canParse(origin) || new URL(origin).origin !== origin || origin.includes('*')) {
    throw new TypeError(`"${origin}" is not an origin; one looks like https://app.example.com, without a path or a wildcard.`);
  }
  return origin;
}
