import { deepEqual, equal, rejects } from 'node:assert/strict';
import type { Database } from '../database.js';
import type { Connection } from '../driver.js';
import { DatabaseStatementFailed } from '../errors.js';
import { clean, deliberate, Deliberate, ids, type Cases } from './fixture.js';

/** The value of an expression, asked on this connection. */
export const valueOn = async (connection: Connection, expression: string): Promise<unknown> =>
  (await connection.query({ text: `select ${expression}`, prepared: false, rows: 'arrays' }, [])).rows[0][0];

const assertAllFree = async (db: Database): Promise<void> => {
  const details = await db.health.check(new AbortController().signal) as { readonly connections_in_use: number; readonly waiting: number };
  deepEqual([details.connections_in_use, details.waiting], [0, 0]);
};

export const connectionCases: Cases = {
  'what belongs to a session stays for as long as its connection is lent': async (db) => {
    await db.withConnection(async (connection) => {
      equal(await valueOn(connection, 'pg_try_advisory_lock(4711)'), true);
      await connection.script('create temporary table contract_lent (n int); insert into contract_lent values (7)');
      equal(await valueOn(connection, 'n from contract_lent'), 7);
      await connection.script('drop table contract_lent');
      // Only the session that holds a lock can give it back.
      equal(await valueOn(connection, 'pg_advisory_unlock(4711)'), true);
    });
    await assertAllFree(db);
  },

  'withConnection gives what its body gives, and has the connection back after an error too': async (db) => {
    equal(await db.withConnection((connection) => valueOn(connection, '42')), 42);
    // More often than there are connections.
    for (let time = 0; time < 12; time++) await rejects(db.withConnection(async () => { throw new Deliberate(); }), deliberate);
    await rejects(db.withConnection((connection) => connection.script('select nothing')), DatabaseStatementFailed.is);
    await assertAllFree(db);
    equal(await db.withConnection((connection) => valueOn(connection, '43')), 43);
  },

  'a connection that its borrower has closed is lent to nobody else': async (db) => {
    await db.withConnection((connection) => connection.close());
    await assertAllFree(db);
    equal(await db.withConnection((connection) => valueOn(connection, '1')), 1);
  },

  'a transaction of the borrower is its own': async (db) => {
    await clean(db);
    await db.withConnection(async (connection) => {
      await connection.begin('begin');
      await connection.query({ text: `insert into contract_notes (id) values ($1)`, prepared: true, rows: 'arrays' }, ['lent']);
      await connection.script('rollback');
    });
    deepEqual(await ids(db), []);
  },
};
