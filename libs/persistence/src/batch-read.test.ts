import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { batchRead } from './batch-read.js';
import type { Database } from './database.js';
import { createOrm } from './session.js';

const lines = pgTable('lines', { orderId: text('order_id').notNull(), parent: integer(), position: integer().notNull() });

const sent: unknown[] = [];
const answering = (...rows: unknown[][]): Pick<Database, 'orm'> => ({
  orm: createOrm({
    async query({ text: statement, prepared }, params) { sent.push([statement, prepared, params]); return { rows, rowCount: rows.length }; },
    run: (body) => body(),
  }),
});
beforeEach(() => { sent.length = 0; });

// How it fares on databases is in their contract.
describe('batchRead', () => {
  it('sends one prepared statement with one parameter, and gives rows as the table declares them', async () => {
    const linesOf = batchRead(answering(['b', null, 7]), { from: lines, key: lines.orderId });
    const found = await linesOf(['a', 'b']);
    expect(found.get('b')?.[0]?.position.toFixed(1)).toBe('7.0');
    expect(sent).toEqual([['select "order_id", "parent", "position" from "lines" where "lines"."order_id" = any($1)', true, ['{"a","b"}']]]);
    // @ts-expect-error a row has no more than the table declares
    expect(found.get('b')?.[0]?.price).toBeUndefined();
  });

  it('takes ids of the type of the key, and no null though the key may be null', async () => {
    const childrenOf = batchRead(answering(), { from: lines, key: lines.parent });
    expect([...(await childrenOf([3])).keys()]).toEqual([3]);
    // @ts-expect-error no row belongs to null
    await childrenOf([null]);
    // @ts-expect-error ids are of the type of the key
    await childrenOf(['3']);
  });
});
