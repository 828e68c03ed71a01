import { createHash } from 'node:crypto';

/** `"v2-7"`: the representation differs between API versions, so the tag does too. */
export const strongTag = (version: string, value: unknown): string => `"${version}-${String(value)}"`;

export const weakTag = (body: string): string => `W/"${createHash('sha1').update(body).digest('base64url')}"`;

/** Tells whether If-None-Match names this tag; comparison is weak, as RFC 9110 section 13.1.2 says. */
export function matchesAny(header: string, tag: string): boolean {
  if (header.trim() === '*') return true;
  const bare = (text: string): string => text.trim().replace(/^W\//, '');
  return header.split(',').some((candidate) => bare(candidate) === bare(tag));
}

/**
 * Reads the version that a client expects from If-Match (RFC 9110 section 13.1.1, strong comparison).
 * `'any'` for `*`, `'none'` where no tag can be one of this API version.
 */
export function expectedVersion(header: string, apiVersion: string): { readonly version: string } | 'any' | 'none' {
  if (header.trim() === '*') return 'any';
  const start = `"${apiVersion}-`;
  for (const candidate of header.split(',')) {
    const tag = candidate.trim();
    if (tag.startsWith(start) && tag.endsWith('"') && tag.length > start.length + 1) return { version: tag.slice(start.length, -1) };
  }
  return 'none';
}
