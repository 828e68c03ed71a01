import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { manualClock } from '@org/enterprise-kernel';
import { ConnectionPool } from './connection-pool.js';
import type { Connection, Driver, Statement } from './driver.js';
import { SharedConnections } from './shared-connections.js';

interface Asked { readonly connection: number; readonly text: string; answer(): void }

/** A driver that answers when it is told to, in the order in which it was asked. */
function setUp({ max = 3, pipeline = 4 } = {}) {
  const asked: Asked[] = [];
  const made: { broken: boolean }[] = [];
  const driver: Driver = {
    name: 'fake', maxConnections: max, pipeline,
    async connect() {
      const connection = made.length;
      const fake: Connection & { broken: boolean } = {
        broken: false, script: async () => {}, begin: async () => {}, close: async () => {},
        query: ({ text }) => new Promise((resolve) => { asked.push({ connection, text, answer: () => resolve({ rows: [], rowCount: 0 }) }); }),
      };
      made.push(fake);
      return fake;
    },
    close: async () => {},
  };
  const pool = new ConnectionPool(driver, { clock: manualClock() });
  const shared = new SharedConnections(pool, driver);
  const answerAll = async (): Promise<void> => { while (asked.length > 0) { asked.shift()!.answer(); await nextTurn(); } };
  const open = async (): Promise<void> => {
    const held = await Promise.all(Array.from({ length: max }, () => pool.acquire()));
    for (const each of held) pool.release(each);
  };
  /** Asks in one turn and returns how many statements each connection got. */
  const ask = async (...statements: Statement[]): Promise<number[]> => {
    for (const statement of statements) shared.query(statement, []).catch(() => {});
    await nextTurn();
    return Array.from({ length: max }, (_, i) => asked.filter(({ connection }) => connection === i).length).sort((a, b) => b - a);
  };
  return { pool, shared, made, asked, answerAll, open, ask };
}

const statement = (quick: boolean): Statement => ({ text: quick ? 'lookup' : 'report', prepared: true, rows: 'arrays', pace: { quick, answered() {} } as unknown as Statement['pace'] });
const [lookup, report, write]: Statement[] = [statement(true), statement(false), { text: 'write', prepared: true, rows: 'arrays' }] as const;

describe('SharedConnections', () => {
  it('sends the lookups of one turn on one connection, up to the depth of its pipeline', async () => {
    const { open, ask, pool, answerAll } = setUp();
    await open();
    expect(await ask(lookup!, lookup!, lookup!, lookup!, lookup!, lookup!)).toEqual([4, 2, 0]);
    await answerAll();
    expect([pool.inUse, pool.idle]).toEqual([0, 3]);
  });

  it('adds the lookups of the next turn, while those of the one before are on their way', async () => {
    const { open, ask } = setUp();
    await open();
    await ask(lookup!, lookup!);
    expect(await ask(lookup!)).toEqual([3, 0, 0]);
    expect(await ask(lookup!, lookup!)).toEqual([3, 2, 0]);
  });

  it('gives a lookup a connection of its own, while there is one, when those before it wait for long', async () => {
    const { open, ask } = setUp();
    await open();
    await ask(lookup!);
    await pause(20); // nobody asks, and the process idles
    expect(await ask(lookup!)).toEqual([1, 1, 0]);
  });

  it('lets nothing share with what is not a lookup', async () => {
    const { open, ask, pool } = setUp();
    await open();
    expect(await ask(report!, write!, lookup!, lookup!)).toEqual([2, 1, 1]);
    await ask(report!, write!);
    expect(pool.waiting).toBe(2);
  });

  it('lets lookups join others when all connections are in use, and the shorter pipeline first', async () => {
    const { open, ask, pool } = setUp({ max: 2 });
    await open();
    await ask(lookup!, lookup!, lookup!);
    await pause(20);
    await ask(lookup!);
    expect(await ask(lookup!, lookup!)).toEqual([3, 3]);
    expect(pool.waiting).toBe(0);
  });

  it('does not join one that has met something slow', async () => {
    const { open, ask, pool } = setUp({ max: 1 });
    await open();
    await ask(lookup!);
    for (let turn = 0; turn < 4; turn++) await ask(report!);
    await ask(lookup!);
    expect(pool.waiting).toBe(5);
  });

  it('lets those go first who wait for a connection', async () => {
    const { open, ask, pool, answerAll } = setUp({ max: 1 });
    await open();
    await ask(lookup!);
    const unit = pool.acquire();
    expect(await ask(lookup!)).toEqual([1]);
    expect(pool.waiting).toBe(2);
    await answerAll();
    pool.release(await unit);
    await nextTurn();
    await answerAll();
    expect([pool.waiting, pool.inUse]).toEqual([0, 0]);
  });

  it('does not join a connection that was lost, nor where the driver has no pipeline', async () => {
    const lost = setUp({ max: 1 });
    await lost.open();
    await lost.ask(lookup!);
    lost.made[0]!.broken = true;
    await lost.ask(lookup!);
    expect(lost.pool.waiting).toBe(1);
    const single = setUp({ pipeline: 1 });
    await single.open();
    expect(await single.ask(lookup!, lookup!)).toEqual([1, 1, 0]);
  });

  it('takes nothing more once the pool closes, and lets it end', async () => {
    const { open, ask, pool, shared, answerAll } = setUp({ max: 1 });
    await open();
    await ask(lookup!);
    const closed = pool.close();
    await expect(shared.query(lookup!, [])).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
    await answerAll();
    await closed;
  });
});
