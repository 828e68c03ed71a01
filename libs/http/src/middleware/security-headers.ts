import { toMilliseconds, type Duration } from '@org/enterprise-kernel';
import type { Middleware } from '../middleware.js';

export interface HstsOptions {
  /** How long browsers insist on HTTPS. */
  readonly maxAge: Duration;
  /** @default false */
  readonly includeSubDomains?: boolean;
  /** Applies for the browsers' built-in lists; hard to take back. @default false */
  readonly preload?: boolean;
}

/** Values of the headers; `false` leaves one out. */
export interface SecurityHeadersOptions {
  /** @default default-src 'none'; frame-ancestors 'none' (an API answer loads nothing) */
  readonly contentSecurityPolicy?: string | false;
  /** For browsers that do not know frame-ancestors. @default DENY */
  readonly frameOptions?: 'DENY' | 'SAMEORIGIN' | false;
  /** @default no-referrer */
  readonly referrerPolicy?: string | false;
  /** Who may embed answers without CORS. @default same-origin */
  readonly crossOriginResourcePolicy?: 'same-origin' | 'same-site' | 'cross-origin' | false;
  /** @default same-origin */
  readonly crossOriginOpenerPolicy?: string | false;
  /** @default nosniff */
  readonly contentTypeOptions?: 'nosniff' | false;
  /** Of answers that do not say. @default no-store; `private, no-cache` with an ETag, so that a browser can revalidate */
  readonly cacheControl?: string | false;
  /** Only where every name of the site is served over HTTPS. @default none */
  readonly hsts?: HstsOptions | false;
}

/**
 * Adds the headers that tell browsers to keep out of trouble. An answer that brings one of them keeps its own, as a page of
 * documentation does with its Content-Security-Policy.
 * @see https://owasp.org/www-project-secure-headers/
 */
export function securityHeaders(options: SecurityHeadersOptions = {}): Middleware {
  const { cacheControl, hsts = false } = options;
  const declared: readonly (readonly [name: string, value: string | false])[] = [
    ['X-Content-Type-Options', options.contentTypeOptions ?? 'nosniff'],
    ['Content-Security-Policy', options.contentSecurityPolicy ?? "default-src 'none'; frame-ancestors 'none'"],
    ['X-Frame-Options', options.frameOptions ?? 'DENY'],
    ['Referrer-Policy', options.referrerPolicy ?? 'no-referrer'],
    ['Cross-Origin-Resource-Policy', options.crossOriginResourcePolicy ?? 'same-origin'],
    ['Cross-Origin-Opener-Policy', options.crossOriginOpenerPolicy ?? 'same-origin'],
    ['Strict-Transport-Security', hsts && strictTransport(hsts)],
  ];
  const withCache = (value: string | false): string[] =>
    [...declared, ['Cache-Control', value] as const].flatMap((header) => (header[1] === false ? [] : [header[0], header[1]]));
  const usual = withCache(cacheControl ?? 'no-store');
  const revalidated = withCache(cacheControl ?? 'private, no-cache');
  const own = new Set(usual.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()));

  return {
    name: 'security-headers',
    answer(exchange, { headers }) {
      let tagged = false;
      let brought: Set<string> | undefined;
      const look = (list: readonly string[]): void => {
        for (let i = 0; i < list.length; i += 2) {
          const name = list[i]!.toLowerCase();
          if (name === 'etag') tagged = true;
          else if (own.has(name)) (brought ??= new Set()).add(name);
        }
      };
      look(headers);
      look(exchange.headers);
      const added = tagged ? revalidated : usual;
      if (!brought) headers.push(...added);
      else for (let i = 0; i < added.length; i += 2) if (!brought.has(added[i]!.toLowerCase())) headers.push(added[i]!, added[i + 1]!);
    },
  };
}

function strictTransport({ maxAge, includeSubDomains = false, preload = false }: HstsOptions): string {
  const seconds = Math.floor(toMilliseconds(maxAge) / 1_000);
  return `max-age=${seconds}${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`;
}
