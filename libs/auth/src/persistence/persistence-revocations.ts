import { formatMilliseconds, leaveContext, noopLogger, systemClock, toMilliseconds, type Clock, type Duration, type HealthCheck, type Logger } from '@org/enterprise-kernel';
import type { Database } from '@org/enterprise-persistence';
import type { Invalidation, Revocations } from '../revocations.js';
import { RevocationList } from '../sessions/revocation-list.js';
import { RevocationsStale } from '../sessions/sessions.errors.js';
import { revocationStatements } from './revocation-statements.js';

export interface PersistenceRevocationsOptions {
  /** How often to look for what other processes have revoked. @default 300 ms */
  readonly poll?: Duration;
  /** How old what is known of other processes may be; `isRevoked` throws REVOCATIONS_STALE after that. @default 5 s */
  readonly staleAfter?: Duration;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default silent */
  readonly logger?: Logger;
}

export interface PersistenceRevocations extends Revocations, AsyncDisposable {
  /** Loads what is still revoked and begins to look for more. Until it has resolved, `isRevoked` throws REVOCATIONS_STALE. */
  start(): Promise<void>;
  readonly health: HealthCheck;
}

// The last moment that JavaScript and PostgreSQL write alike.
const endOfTime = Date.UTC(9999, 11, 31);
const purgeEvery = 60_000;
const purgeAtMost = 500;
// Other processes' clocks may be behind.
const purgeAfter = 60_000;

/**
 * Makes revocations that all processes on one database share, through the table {@link authRevocations}. What is published
 * in a unit of work is committed with it; it holds in this process right after the commit, and in others with their next
 * poll. On PGlite, which has one process, there is no poll.
 *
 * While the table cannot be read for longer than `staleAfter`, `isRevoked` throws: what was revoked elsewhere would pass.
 */
export const persistenceRevocations = (database: Database, options: PersistenceRevocationsOptions = {}): PersistenceRevocations =>
  new SharedRevocations(database, options);

class SharedRevocations implements PersistenceRevocations {
  readonly #unitOfWork: Database['unitOfWork'];
  readonly #statements: ReturnType<typeof revocationStatements>;
  readonly #list: RevocationList;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #poll: Duration | undefined;
  readonly #staleAfter: number;
  readonly health: HealthCheck;
  /** Transactions before this one have ended, and what they wrote was read. */
  #horizon = 0n;
  /** Rows that were applied and will be read again, as older transactions have not ended. */
  #applied: ReadonlySet<string> = new Set();
  #freshAt: number | undefined;
  #failures = 0;
  #nextPurge = 0;
  #reading: Promise<void> | undefined;
  #purging: Promise<void> | undefined;
  #timer: Disposable | undefined;
  #closed = false;

  constructor({ orm, unitOfWork, driver }: Database, { poll = { milliseconds: 300 }, staleAfter = { seconds: 5 }, clock = systemClock, logger = noopLogger }: PersistenceRevocationsOptions) {
    this.#unitOfWork = unitOfWork;
    this.#statements = revocationStatements(orm);
    this.#list = new RevocationList({ clock, logger });
    this.#clock = clock;
    this.#logger = logger;
    this.#poll = driver === 'pglite' ? undefined : poll;
    this.#staleAfter = toMilliseconds(staleAfter);
    if (this.#staleAfter <= toMilliseconds(poll)) throw new TypeError('staleAfter has to be longer than poll, or everything would be stale between two polls.');
    this.health = {
      name: 'revocations',
      check: async () => {
        this.#assertFresh();
        return { revoked: this.#list.size, age_ms: this.#age() };
      },
    };
  }

  isRevoked(id: string): boolean {
    this.#assertFresh();
    return this.#list.has(id);
  }

  subscribe(listener: (invalidation: Invalidation) => void): () => void {
    return this.#list.subscribe(listener);
  }

  async publish(invalidations: readonly Invalidation[]): Promise<void> {
    if (invalidations.length === 0) return;
    const rows = JSON.stringify(invalidations.map(({ id, kind, until }) => ({ id, kind, until: new Date(Math.min(until, endOfTime)).toISOString() })));
    await this.#statements.insert.execute({ rows });
    const apply = (): void => {
      // The next poll brings these again, and to hear of them twice does no harm.
      for (const each of invalidations) this.#list.apply(each);
      this.#purgeNowAndThen();
    };
    if (this.#unitOfWork.active) this.#unitOfWork.afterCommit(apply);
    else apply();
  }

  async start(): Promise<void> {
    if (this.#timer || this.#freshAt !== undefined || this.#closed) throw new TypeError('These revocations were started before.');
    // Outside of whatever starts it: it goes on for longer.
    await leaveContext(() => this.#unitOfWork.outside(async () => {
      await this.#read();
      this.#schedule();
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
    await this.#reading;
    await this.#purging;
  }

  #schedule(): void {
    if (!this.#poll || this.#closed) return;
    this.#timer = this.#clock.schedule(this.#poll, () => {
      this.#reading = this.#tryToRead().then(() => this.#schedule());
    });
  }

  async #tryToRead(): Promise<void> {
    try {
      await this.#read();
      if (this.#failures > 0) this.#logger.info('Revocations of other processes are read again.', { failures: this.#failures });
      this.#failures = 0;
    } catch (error) {
      // Once for each outage; what follows is the same again.
      this.#logger[this.#failures++ === 0 ? 'error' : 'debug']('Revocations of other processes cannot be read.', { error });
      // The database that answers next may be another one, with transactions of its own.
      this.#horizon = 0n;
    }
    this.#purgeNowAndThen();
  }

  /**
   * Applies all that was committed since the last time. Numbers of rows do not become visible in their order, as a
   * transaction may commit long after a later one. So it reads again from the oldest transaction that had not ended when
   * it last looked, and leaves out what it has applied.
   */
  async #read(): Promise<void> {
    const before = this.#clock.now();
    let rows = await this.#since();
    // Behind what was seen before: another server, after a failover or a restored backup.
    if (BigInt(rows[0]!.horizon) < this.#horizon) {
      this.#horizon = 0n;
      rows = await this.#since();
    }
    const again = new Set<string>();
    for (const { transaction, id, kind, until } of rows) {
      if (id === null) continue;
      const row = `${transaction}/${id}/${kind!}/${until!}`;
      again.add(row);
      if (!this.#applied.has(row)) this.#list.apply({ id, kind: kind!, until: Number(until) });
    }
    this.#horizon = BigInt(rows[0]!.horizon);
    this.#applied = again;
    this.#freshAt = before;
  }

  #since() { return this.#statements.since.execute({ from: String(this.#horizon) }); }

  #age(): number { return this.#poll ? this.#clock.now() - this.#freshAt! : 0; }

  #assertFresh(): void {
    if (this.#freshAt === undefined) throw new RevocationsStale(undefined, { message: 'What has been revoked is not loaded yet.' });
    if (this.#age() > this.#staleAfter) throw new RevocationsStale(undefined, { message: `What has been revoked was last read ${formatMilliseconds(this.#age())} ago.` });
  }

  #purgeNowAndThen(): void {
    const now = this.#clock.now();
    if (now < this.#nextPurge) return;
    this.#nextPurge = now + purgeEvery;
    this.#purging = leaveContext(() => this.#unitOfWork.outside(() => this.#purge(new Date(now - purgeAfter))))
      .catch((error: unknown) => this.#logger.warn('Revocations that are over could not be deleted.', { error }));
  }

  async #purge(now: Date): Promise<void> {
    for (let count = purgeAtMost; count === purgeAtMost; ) count = (await this.#statements.purge.execute({ now, limit: purgeAtMost })).rowCount;
  }
}
