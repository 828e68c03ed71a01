import type { KeptOneTimeToken, NewOneTimeToken, OneTimeTokenStore } from './one-time-token-store.js';

interface Kept {
  /** `undefined` once it is used. */
  readonly token: NewOneTimeToken | undefined;
  readonly issued: number;
  readonly windowEndsAt: number;
}

/** Keeps tokens in this process: for tests, and for services of one process whose users can ask again after a restart. */
export function memoryOneTimeTokenStore(): OneTimeTokenStore {
  const kept = new Map<string, Kept>();
  const byDigest = new Map<string, string>();

  const idOf = (purpose: string, subject: string): string => JSON.stringify([purpose, subject]);
  function drop(id: string): void {
    const known = kept.get(id);
    if (!known?.token) return;
    byDigest.delete(known.token.digest);
    kept.set(id, { ...known, token: undefined });
  }
  function find(purpose: string, digest: string, now: number): (KeptOneTimeToken & { readonly id: string }) | undefined {
    const id = byDigest.get(digest);
    const token = id === undefined ? undefined : kept.get(id)?.token;
    if (!token || token.purpose !== purpose || token.expiresAt <= now) return undefined;
    return { id: id!, subject: token.subject, payload: token.payload };
  }
  function sweep(now: number): void {
    for (const [id, { token, windowEndsAt }] of kept) {
      if (windowEndsAt > now || (token && token.expiresAt > now)) continue;
      drop(id);
      kept.delete(id);
    }
  }
  const plain = (found: KeptOneTimeToken | undefined): KeptOneTimeToken | undefined => found && { subject: found.subject, payload: found.payload };

  return {
    async issue(token, { now, count, windowEndsAt }) {
      const id = idOf(token.purpose, token.subject);
      const known = kept.get(id);
      const same = known && known.windowEndsAt > now;
      if (same && known.issued >= count) return false;
      drop(id);
      sweep(now);
      // As a database would keep it.
      const payload: unknown = token.payload === undefined ? undefined : JSON.parse(JSON.stringify(token.payload));
      kept.set(id, { token: { ...token, payload }, issued: same ? known.issued + 1 : 1, windowEndsAt: same ? known.windowEndsAt : windowEndsAt });
      byDigest.set(token.digest, id);
      return true;
    },
    async consume(purpose, digest, now) {
      const found = find(purpose, digest, now);
      if (found) drop(found.id);
      return plain(found);
    },
    find: async (purpose, digest, now) => plain(find(purpose, digest, now)),
    async revoke(purpose, subject) {
      drop(idOf(purpose, subject));
    },
  };
}
