import { noopLogger, type Logger } from '@org/enterprise-kernel';
import type { Database } from '@org/enterprise-persistence';
import type { SessionStore, StoredSession } from '../sessions/session-store.js';
import type { authSessions } from './auth-sessions.table.js';
import { sessionStatements } from './session-statements.js';

export interface PersistenceSessionStoreOptions {
  /** @default silent */
  readonly logger?: Logger;
}

/**
 * Keeps sessions in the table {@link authSessions}, on PostgreSQL and PGlite, for any number of processes. What it does
 * takes part in the unit of work that is running.
 */
export function persistenceSessionStore({ orm, unitOfWork }: Database, { logger = noopLogger }: PersistenceSessionStoreOptions = {}): SessionStore {
  const statements = sessionStatements(orm);
  const idsOf = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);
  return {
    async insert(session) { await statements.insert.execute(toRow(session)); },
    async find(id) { return toSession((await statements.find.execute({ id }))[0]); },
    async rotate(rotation) { return toSession((await statements.rotate.execute({ ...rotation, address: rotation.address ?? null }))[0]); },
    async touch(use) { await statements.touch.execute({ ...use, address: use.address ?? null }); },
    async list(subject, now) { return (await statements.list.execute({ subject, now })).map((row) => toSession(row)); },
    async rename(subject, id, name, now) { return (await statements.rename.execute({ subject, id, name, now })).rowCount > 0; },
    async remove(id, subject) {
      const { rowCount } = subject === undefined ? await statements.remove.execute({ id }) : await statements.removeOwn.execute({ id, subject });
      return rowCount > 0;
    },
    async removeAll(subject, except) { return idsOf(await statements.removeAll.execute({ subject, except: except ?? null })); },
    async trim(subject, keep, now) { return idsOf(await statements.trim.execute({ subject, keep, now })); },
    async purge(now, limit) { return (await statements.purge.execute({ now, limit })).rowCount; },

    join: (body) => unitOfWork.join(body),
    async aside(body) {
      const running = unitOfWork.outside(body);
      if (!unitOfWork.active) return running;
      running.catch((error: unknown) => logger.error('What was to be done for a session after a unit of work has failed.', { error }));
    },
  };
}

type Row = typeof authSessions.$inferSelect;

function toRow({ rotation, userAgent, address, ...session }: StoredSession): Row {
  const { previousHash = null, rotatedAt = null, salt = null, keyId = null } = rotation ?? {};
  return { ...session, userAgent: userAgent ?? null, address: address ?? null, previousHash, rotatedAt, salt, keyId };
}

function toSession(row: Row): StoredSession;
function toSession(row: Row | undefined): StoredSession | undefined;
function toSession(row: Row | undefined): StoredSession | undefined {
  if (!row) return undefined;
  const { previousHash, rotatedAt, salt, keyId, userAgent, address, ...session } = row;
  // Written by one statement: all of them or none.
  const rotation = previousHash === null ? undefined : { previousHash, rotatedAt: rotatedAt!, salt: salt!, keyId: keyId! };
  return { ...session, userAgent: userAgent ?? undefined, address: address ?? undefined, rotation };
}
