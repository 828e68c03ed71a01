import { noopLogger, noopMeter, systemClock, toMilliseconds, type Histogram } from '@org/enterprise-kernel';
import { Admission } from './admission.js';
import type { DatabaseOptions } from './database.js';
import type { Connection, Driver } from './driver.js';
import { DatabaseClosed } from './errors.js';

interface Idle { readonly connection: Connection; readonly since: number }

/** Connections that are opened when needed, used by one caller at a time, and closed when unused or old. */
export class ConnectionPool {
  readonly #driver: Driver;
  readonly #admission: Admission;
  readonly #options: DatabaseOptions;
  readonly #longestLife: number;
  readonly #born = new WeakMap<Connection, number>();
  readonly #waited: { record(value: number): void };
  // The last one used is the first one taken, so that those not needed grow old.
  readonly #idle: Idle[] = [];
  #inUse = 0;
  #sweep: Disposable | undefined;
  #closing: Promise<void> | undefined;
  #drained: (() => void) | undefined;

  constructor(driver: Driver, options: DatabaseOptions) {
    this.#driver = driver;
    this.#options = options;
    const { acquireTimeout = { seconds: 5 }, maxLifetime = { hours: 1 }, clock = systemClock, meter = noopMeter, name = driver.name } = options;
    this.#admission = new Admission(driver.maxConnections, {
      timeout: acquireTimeout,
      clock,
      message: (waited) => `The database is busy: all ${driver.maxConnections} connection(s) were in use for ${waited}.`,
    });
    this.#longestLife = driver.keepOpen ? Infinity : toMilliseconds(maxLifetime);
    const labels = { database: name };
    const gauge = (metric: string, help: string, value: () => number): void => {
      meter.gauge({ name: metric, help, labels: ['database'], observe: (set) => set(value(), labels) });
    };
    gauge('database_connections_in_use', 'Connections that a statement or a unit of work holds.', () => this.#inUse);
    gauge('database_connections_idle', 'Open connections that nobody uses.', () => this.#idle.length);
    gauge('database_connections_max', 'Connections that there may be.', () => driver.maxConnections);
    gauge('database_connection_waiters', 'Statements and units of work that wait for a connection.', () => this.#admission.waiting);
    const histogram: Histogram<'database'> = meter.histogram({
      name: 'database_connection_wait_seconds', help: 'How long a statement or a unit of work waited for a connection.', labels: ['database'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    });
    this.#waited = histogram.with(labels);
  }

  /** Whether a connection takes several statements before it has answered the first. */
  get pipelines(): boolean { return (this.#driver.pipeline ?? 1) > 1; }

  get inUse(): number { return this.#inUse; }
  get idle(): number { return this.#idle.length; }
  get waiting(): number { return this.#admission.waiting; }

  get closing(): boolean { return this.#closing !== undefined; }

  /** Whether a new one who asks has to wait; once it closes, nobody waits any more. */
  get full(): boolean { return !this.#closing && this.#admission.full; }

  /** Takes a connection that is open and unused, if there is one. */
  tryAcquire(): Connection | undefined {
    if (this.#closing || this.#idle.length === 0 || !this.#admission.tryEnter()) return undefined;
    this.#inUse++;
    const connection = this.#unused();
    if (!connection) this.#left();
    else this.#waited.record(0);
    return connection;
  }

  /** @throws DATABASE_BUSY, DATABASE_CLOSED, what connecting throws, the signal's reason */
  async acquire(signal?: AbortSignal): Promise<Connection> {
    if (this.#closing) throw new DatabaseClosed(undefined);
    if (signal?.aborted) throw signal.reason;
    if (this.#admission.tryEnter()) this.#waited.record(0);
    else {
      const before = performance.now();
      await this.#admission.enter(signal);
      this.#waited.record((performance.now() - before) / 1000);
    }
    this.#inUse++;
    const unused = this.#unused();
    if (unused) return unused;
    try {
      const connection = await this.#driver.connect();
      this.#born.set(connection, this.#now());
      return connection;
    } catch (error) {
      this.#left();
      throw error;
    }
  }

  release(connection: Connection): void {
    const now = this.#now();
    const old = now - (this.#born.get(connection) ?? 0) > this.#longestLife;
    if (connection.broken || connection.worn || old) this.#discard(connection);
    else {
      this.#idle.push({ connection, since: now });
      this.#scheduleSweep();
    }
    this.#left();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#sweep?.[Symbol.dispose]();
    this.#admission.refuseAll(new DatabaseClosed(undefined));
    if (this.#inUse > 0) await new Promise<void>((resolve) => { this.#drained = resolve; });
    await Promise.all(this.#idle.splice(0).map(({ connection }) => connection.close()));
    await this.#driver.close();
  }

  #unused(): Connection | undefined {
    for (let last; (last = this.#idle.pop()); ) {
      if (!last.connection.broken) return last.connection;
      this.#discard(last.connection);
    }
    return undefined;
  }

  #now(): number { return (this.#options.clock ?? systemClock).now(); }

  #left(): void {
    this.#inUse--;
    this.#admission.leave();
    if (this.#inUse === 0) this.#drained?.();
  }

  #discard(connection: Connection): void {
    connection.close().catch((error: unknown) => (this.#options.logger ?? noopLogger).debug('Closing a database connection failed.', { error }));
  }

  #scheduleSweep(): void {
    if (this.#sweep || this.#closing || this.#driver.keepOpen) return;
    const { idleTimeout = { minutes: 5 }, clock = systemClock } = this.#options;
    this.#sweep = clock.schedule(idleTimeout, () => {
      this.#sweep = undefined;
      const limit = this.#now() - toMilliseconds(idleTimeout);
      while (this.#idle[0] && this.#idle[0].since <= limit) this.#discard(this.#idle.shift()!.connection);
      if (this.#idle.length > 0) this.#scheduleSweep();
    });
  }
}
