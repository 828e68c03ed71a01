import { ConnectionPool } from './connection-pool.js';
import type { BoundStatement, Connection } from './driver.js';
import { ConstraintViolated, DatabaseUnavailable } from './errors.js';
import { Transaction } from './transaction.js';

/** A connection that notes what it gets, and answers when it is told to. */
function setUp(pipeline: number) {
  const got: string[] = [];
  const waiting: { readonly resolve: (value?: any) => void; readonly reject: (reason: unknown) => void }[] = [];
  const take = (text: string): Promise<any> => new Promise((resolve, reject) => { got.push(text); waiting.push({ resolve, reject }); });
  const connection: Connection = { broken: false, query: ({ text }) => take(text), script: take, begin: async (text) => { got.push(text.slice(0, 5)); }, close: async () => {} };
  const pool = new ConnectionPool({ name: 'fake', maxConnections: 1, pipeline, connect: async () => connection, close: async () => {} }, {});
  const transaction = new Transaction(pool, { isolation: 'read committed', readOnly: false, signal: undefined, turns: { timeout: { seconds: 1 }, message: String } });
  const last: BoundStatement[] = ['one', 'two'].map((text) => ({ statement: { text, prepared: true, rows: 'arrays' }, params: [] }));
  const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
  return { got, waiting, pool, transaction, last, turn };
}

describe('a transaction', () => {
  it('sends its last statements and the commit before it has an answer', async () => {
    const { got, waiting, pool, transaction, last, turn } = setUp(8);
    const committed = transaction.commit(last);
    await turn();
    expect(got).toEqual(['begin', 'one', 'two', 'commit']);
    for (const { resolve } of waiting) resolve();
    await committed;
    expect([pool.inUse, pool.idle]).toEqual([0, 1]);
  });

  it('waits for each of them where a connection takes one at a time', async () => {
    const { got, waiting, transaction, last, turn } = setUp(1);
    const committed = transaction.commit(last);
    for (const expected of [['begin', 'one'], ['begin', 'one', 'two'], ['begin', 'one', 'two', 'commit']]) {
      await turn();
      expect(got).toEqual(expected);
      waiting.at(-1)!.resolve();
    }
    await committed;
  });

  it('has ended when one of them failed, and needs no rollback', async () => {
    const { got, waiting, pool, transaction, last, turn } = setUp(8);
    const committed = transaction.commit(last);
    committed.catch(() => {});
    await turn();
    const refused = new ConstraintViolated({ type: 'unique', constraint: 'c', table: 't', column: undefined });
    waiting[0]!.reject(refused);
    waiting[1]!.reject(new Error('current transaction is aborted'));
    waiting[2]!.resolve();
    await expect(committed).rejects.toBe(refused);
    await transaction.rollback(refused);
    expect([got.includes('rollback'), pool.inUse, pool.idle]).toEqual([false, 0, 1]);
  });

  it('says of a connection that is lost meanwhile that nobody knows what became of the commit', async () => {
    const { waiting, transaction, last, turn } = setUp(8);
    const committed = transaction.commit(last);
    committed.catch(() => {});
    await turn();
    for (const { reject } of waiting) reject(new DatabaseUnavailable(undefined));
    await expect(committed).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', message: expect.stringContaining('unknown') });
  });
});
