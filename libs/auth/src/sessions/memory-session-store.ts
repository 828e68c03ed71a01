import type { SessionStore, SessionUse, StoredSession } from './session-store.js';

const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
const byUse = (a: StoredSession, b: StoredSession): number => b.lastUsedAt.getTime() - a.lastUsedAt.getTime() || (a.id < b.id ? 1 : -1);
const byAge = (a: StoredSession, b: StoredSession): number => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1);

/** Keeps sessions in this process: for tests and demonstrations. Everybody is logged out when it ends. */
export function memorySessionStore(): SessionStore {
  const sessions = new Map<string, StoredSession>();
  const all = (): StoredSession[] => [...sessions.values()];
  const alive = (id: string, now: Date): StoredSession | undefined => {
    const session = sessions.get(id);
    return session && session.expiresAt > now ? session : undefined;
  };
  const ofSubject = (subject: string, now: Date): StoredSession[] => all().filter((each) => each.subject === subject && each.expiresAt > now);
  const removeAll = (found: readonly StoredSession[]): string[] => found.map(({ id }) => {
    sessions.delete(id);
    return id;
  });
  const used = (session: StoredSession, { now, expiresAt, address }: SessionUse): StoredSession =>
    ({ ...session, lastUsedAt: now, expiresAt: earlier(expiresAt, session.endsAt), address: address ?? session.address });

  return {
    async insert(session) { sessions.set(session.id, session); },
    async find(id) { return sessions.get(id); },

    // Nothing in here waits, which makes it one step.
    async rotate({ generation, previousHash, secretHash, salt, keyId, ...use }) {
      const session = alive(use.id, use.now);
      if (!session || session.secretHash !== previousHash || session.generation !== generation) return undefined;
      const rotated = { ...used(session, use), secretHash, generation: generation + 1, rotation: { previousHash, rotatedAt: use.now, salt, keyId } };
      sessions.set(use.id, rotated);
      return rotated;
    },
    async touch(use) {
      const session = alive(use.id, use.now);
      if (session && session.lastUsedAt < use.now) sessions.set(use.id, used(session, use));
    },

    async list(subject, now) { return ofSubject(subject, now).sort(byUse); },
    async rename(subject, id, name, now) {
      const session = alive(id, now);
      if (session?.subject !== subject) return false;
      sessions.set(id, { ...session, name });
      return true;
    },
    async remove(id, subject) {
      const session = sessions.get(id);
      return session !== undefined && (subject === undefined || session.subject === subject) && sessions.delete(id);
    },
    async removeAll(subject, except) { return removeAll(all().filter((each) => each.subject === subject && each.id !== except)); },
    async trim(subject, keep, now) { return removeAll(ofSubject(subject, now).sort(byAge).slice(keep)); },
    async purge(now, limit) { return removeAll(all().filter(({ expiresAt }) => expiresAt <= now).slice(0, limit)).length; },

    join: (body) => body(),
    aside: (body) => body(),
  };
}
