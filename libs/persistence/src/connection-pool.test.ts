import { manualClock, type Meter, noopMeter } from '@org/enterprise-kernel';
import { ConnectionPool } from './connection-pool.js';
import type { DatabaseOptions } from './database.js';
import type { Connection } from './driver.js';

interface Fake extends Connection { broken: boolean; worn: boolean; closed: boolean; readonly id: number }

function setUp(options: DatabaseOptions = {}) {
  const clock = manualClock();
  const made: Fake[] = [];
  const driver = {
    name: 'fake', maxConnections: 2,
    connect: async (): Promise<Connection> => {
      const fake: Fake = {
        id: made.length, broken: false, worn: false, closed: false,
        query: async () => ({ rows: [], rowCount: 0 }), script: async () => {}, begin: async () => {},
        async close() { fake.closed = true; },
      };
      made.push(fake);
      return fake;
    },
    close: async () => {},
  };
  const pool = new ConnectionPool(driver, { clock, ...options });
  const use = async (): Promise<number> => {
    const connection = await pool.acquire();
    pool.release(connection);
    return (connection as Fake).id;
  };
  return { clock, made, pool, use };
}

describe('ConnectionPool', () => {
  it('uses a connection again, and replaces one that is broken, worn or old', async () => {
    const { clock, made, use } = setUp({ maxLifetime: { minutes: 10 }, idleTimeout: { hours: 1 } });
    expect([await use(), await use()]).toEqual([0, 0]);
    made[0]!.broken = true;
    expect(await use()).toBe(1);
    made[1]!.worn = true;
    expect([await use(), await use()]).toEqual([1, 2]); // found out when it comes back
    await clock.advance({ minutes: 11 });
    expect([await use(), await use()]).toEqual([2, 3]);
    expect(made.map(({ closed }) => closed)).toEqual([true, true, true, false]);
  });

  it('closes what nobody has used for the idle time, and not what is in use', async () => {
    const { clock, made, pool, use } = setUp({ idleTimeout: { minutes: 1 } });
    const held = await pool.acquire();
    await use();
    await clock.advance({ seconds: 59 });
    expect(made[1]!.closed).toBe(false);
    await clock.advance({ minutes: 2 });
    expect(made.map(({ closed }) => closed)).toEqual([false, true]);
    pool.release(held);
    expect([pool.inUse, pool.idle]).toEqual([0, 1]);
  });

  it('gives a connection to whoever waited longest, and none to those who left', async () => {
    const { clock, pool } = setUp({ acquireTimeout: { seconds: 1 } });
    const [first, second] = [await pool.acquire(), await pool.acquire()];
    const order: string[] = [];
    const gone = new AbortController();
    const waiting = [
      pool.acquire(gone.signal).catch(() => { order.push('gone'); }),
      pool.acquire().then(() => { order.push('a'); }),
      pool.acquire().then(() => { order.push('b'); }),
      pool.acquire().catch((error: { code: string }) => { order.push(error.code); }),
    ];
    expect(pool.waiting).toBe(4);
    gone.abort();
    pool.release(second);
    pool.release(first);
    await clock.advance({ seconds: 2 });
    await Promise.all(waiting);
    expect(order).toEqual(['gone', 'a', 'b', 'DATABASE_BUSY']);
    expect(pool.waiting).toBe(0);
  });

  it('shows what its connections do to the meter', async () => {
    const observed = new Map<string, () => number>();
    const waits: number[] = [];
    const meter = {
      ...noopMeter,
      gauge: ({ name, observe }: { name: string; observe: (set: (value: number, labels: object) => void) => void }) => {
        observed.set(name, () => { let seen = NaN; observe((value) => { seen = value; }); return seen; });
        return noopMeter.gauge({ name, help: '' });
      },
      histogram: () => ({ with: () => ({ record: (value: number) => { waits.push(value); } }) }),
    } as unknown as Meter;
    const { pool, use } = setUp({ meter });
    const read = (): Record<string, number> => Object.fromEntries([...observed].map(([name, value]) => [name.replace('database_', ''), value()]));
    await pool.acquire();
    await use();
    expect(read()).toEqual({ connections_in_use: 1, connections_idle: 1, connections_max: 2, connection_waiters: 0 });
    expect(waits).toEqual([0, 0]);
  });

  it('waits for what is in use when it closes, and refuses everyone else', async () => {
    const { made, pool } = setUp();
    const [first] = [await pool.acquire(), await pool.acquire()];
    const waiting = pool.acquire();
    const closing = pool.close();
    await expect(waiting).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
    await expect(pool.acquire()).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
    pool.release(first!);
    pool.release(made[1]!);
    await closing;
    expect(made.map(({ closed }) => closed)).toEqual([true, true]);
  });
});
