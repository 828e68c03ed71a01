import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { citext } from '@electric-sql/pglite/contrib/citext';
import { sql } from 'drizzle-orm';
import { databaseContract } from '../contract/index.js';
import { DatabaseBusy, DatabaseLocked, DatabaseStatementFailed } from '../errors.js';
import { pgliteDatabase } from './pglite.js';

databaseContract({ describe, test }, { name: 'PGlite', concurrent: false, open: async () => pgliteDatabase({ folder: 'memory' }) });

describe('PGlite', () => {
  it('lets units and statements in one after the other, in the order in which they came', async () => {
    await using db = pgliteDatabase({ folder: 'memory' });
    await db.script('create table log (n serial, line text)');
    const add = async (line: string) => db.orm.execute(sql`insert into log (line) values (${line})`);
    const unit = (name: string) => db.unitOfWork.run(async () => { await add(`${name}1`); await pause(5); await add(`${name}2`); });
    await Promise.all([unit('a'), add('b'), unit('c'), add('d')]);
    const { rows } = await db.orm.execute<{ line: string }>(sql`select line from log order by n`);
    expect(rows.map(({ line }) => line)).toEqual(['a1', 'a2', 'b', 'c1', 'c2', 'd']);
  }, 20_000);

  it('cannot hang when a unit waits for something outside of itself', async () => {
    await using db = pgliteDatabase({ folder: 'memory', acquireTimeout: { milliseconds: 50 } });
    await db.script('select 1');
    const running = db.unitOfWork.run(async () => {
      await db.script('select 1');
      await db.unitOfWork.outside(() => db.script('select 1'));
    });
    await expect(running).rejects.toMatchObject({ code: DatabaseBusy.code });
    await db.script('select 1');
  }, 20_000);

  it('has pg_trgm, and the extensions that it is given', async () => {
    await using db = pgliteDatabase({ folder: 'memory', extensions: { citext } });
    await db.script('create extension pg_trgm; create extension citext');
    expect((await db.orm.execute(sql`select similarity('Sencha', 'sencha tea') > 0.5 as similar, 'A'::citext = 'a'::citext as same`)).rows).toEqual([{ similar: true, same: true }]);
    await expect(db.script('create extension hstore')).rejects.toMatchObject({ code: DatabaseStatementFailed.code });
  }, 20_000);

  it('keeps its folder to itself, and its rows for the next', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'pglite-'));
    const folder = join(parent, 'data');
    try {
      {
        await using db = pgliteDatabase({ folder });
        await db.script(`create table kept (n int); insert into kept values (7)`);
        await using second = pgliteDatabase({ folder });
        await expect(second.script('select 1')).rejects.toMatchObject({ code: DatabaseLocked.code });
      }
      await using again = pgliteDatabase({ folder });
      expect((await again.orm.execute(sql`select n from kept`)).rows).toEqual([{ n: 7 }]);
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  }, 30_000);
});
