import { leaveContext, noopLogger, systemClock, toMilliseconds, type Logger } from '@org/enterprise-kernel';
import { DatabaseTimeout, type Database, type Isolation } from '@org/enterprise-persistence';
import { and, eq, lte } from 'drizzle-orm/sql/expressions';
import { sql } from 'drizzle-orm/sql/sql';
import type { IdempotencyStore, IdempotencyStoreOptions, IdempotentOutcome, IdempotentRequest, StoredAnswer } from './idempotency-store.js';
import { idempotencyKeys as keys } from './idempotency.table.js';
import { inProgress, replayOf, RunningKeys } from './running-keys.js';

export interface PersistenceIdempotencyStoreOptions extends IdempotencyStoreOptions {
  /** Of the unit of work around handlers; units that they open themselves cannot ask for another one. @default read committed */
  readonly isolation?: Isolation;
  /** @default silent */
  readonly logger?: Logger;
}

const sweepEvery = 60_000;
const sweepAtMost = 500;

/**
 * Keeps answers in the table {@link idempotencyKeys}. The key, everything that the handler writes through this database, and
 * the answer are committed together: a process that is killed leaves nothing of them.
 *
 * A repeat waits for a first request of the same process up to `wait`, and for one of another process up to the lock time-out
 * of the database. Expired answers are deleted about once a minute, while there are requests.
 */
export function persistenceIdempotencyStore({ orm, unitOfWork }: Database, options: PersistenceIdempotencyStoreOptions = {}): IdempotencyStore {
  const { expiry = { hours: 24 }, clock = systemClock, logger = noopLogger, isolation } = options;
  const lasting = toMilliseconds(expiry);
  const running = new RunningKeys(options);
  const unit = isolation ? { isolation } : {};
  const { placeholder } = sql;

  // Waits for whoever works for the same key, and takes the key unless an answer is kept for it. An answer that has expired
  // makes place for the new one.
  const take = orm.insert(keys)
    .values({ scope: placeholder('scope'), key: placeholder('key'), fingerprint: placeholder('fingerprint'), expiresAt: placeholder('expiresAt') })
    .onConflictDoUpdate({
      target: [keys.scope, keys.key],
      set: { fingerprint: sql`excluded.fingerprint`, expiresAt: sql`excluded.expires_at`, status: null, headers: null, body: null },
      setWhere: lte(keys.expiresAt, placeholder('now')),
    })
    .returning({ key: keys.key })
    .prepare('idempotency_take');
  const known = and(eq(keys.scope, placeholder('scope')), eq(keys.key, placeholder('key')));
  const keep = orm.update(keys)
    .set({ status: placeholder('status'), headers: placeholder('headers'), body: placeholder('body') } as never)
    .where(known).prepare('idempotency_keep');
  const find = orm.select({ fingerprint: keys.fingerprint, status: keys.status, headers: keys.headers, body: keys.body })
    .from(keys).where(known).prepare('idempotency_find');

  async function takes({ scope, key, fingerprint }: IdempotentRequest): Promise<boolean> {
    const now = clock.now();
    try {
      const taken = await take.execute({ scope, key, fingerprint, now: timeOf(now), expiresAt: timeOf(now + lasting) });
      return taken.length > 0;
    } catch (error) {
      throw isLockTimeout(error) ? inProgress(error) : error;
    }
  }

  async function once(request: IdempotentRequest, work: () => Promise<StoredAnswer>): Promise<IdempotentOutcome> {
    const { scope, key } = request;
    if (await takes(request)) {
      const answer = await work();
      await unitOfWork.atCommit(keep, { scope, key, status: answer.status, headers: answer.headers, body: answer.body ?? null });
      return { answer, replayed: false };
    }
    // The attempt to take it has locked the row, so it is still there.
    const [row] = await find.execute({ scope, key });
    const { fingerprint, status, headers, body } = row!;
    return replayOf(request, { fingerprint, answer: { status: status!, headers: headers!, body: body ?? undefined } });
  }

  async function deleteExpired(now: string): Promise<void> {
    const batch = sql`(${keys.scope}, ${keys.key}) in (select ${keys.scope}, ${keys.key} from ${keys} where ${keys.expiresAt} <= ${now} limit ${sweepAtMost} for update skip locked)`;
    for (let deleted = sweepAtMost; deleted === sweepAtMost; ) ({ rowCount: deleted } = await orm.delete(keys).where(batch).execute());
  }

  let nextSweep = 0;
  /** Nobody waits for it: it is no part of the request that happened to come by. */
  function sweep(): void {
    const now = clock.now();
    if (now < nextSweep) return;
    nextSweep = now + sweepEvery;
    leaveContext(() => unitOfWork.outside(() => deleteExpired(timeOf(now))))
      .catch((error: unknown) => logger.warn('Expired idempotency keys could not be deleted.', { error }));
  }

  return {
    run: (request, work) => running.run(request, async () => {
      const outcome = await unitOfWork.run(() => once(request, work), unit);
      sweep();
      return outcome;
    }),
  };
}

const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** The statement touches one row, so that is what it waited for. */
const isLockTimeout = (error: unknown): boolean =>
  DatabaseTimeout.is(error) && (error.cause as { readonly code?: unknown } | undefined)?.code === '55P03';
