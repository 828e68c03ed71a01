import { rejects } from 'node:assert/strict';
import type { Database } from '../database.js';
import { batchCases } from './batch-cases.js';
import { commitCases } from './commit-cases.js';
import { concurrencyCases } from './concurrency-cases.js';
import { connectionCases } from './connection-cases.js';
import { DatabaseClosed } from '../errors.js';
import type { Cases, TestApi } from './fixture.js';
import { listCases } from './list-cases.js';
import { statementCases } from './statement-cases.js';
import { unitCases } from './unit-cases.js';

export type { TestApi } from './fixture.js';

export interface DatabaseContractOptions {
  /** Shown in the names of the tests. */
  readonly name: string;
  /** Opens an empty database; called once, and the suite closes it. */
  open(): Promise<Database>;
  /** Whether two units of work can run at once; without, what needs it is left out. */
  readonly concurrent: boolean;
}

/**
 * The suite that every driver passes: Jest's, Vitest's and node:test's `describe` and `test` fit.
 * @example databaseContract({ describe, test }, { name: 'mine', concurrent: true, open: async () => createDatabase(myDriver) });
 */
export function databaseContract({ describe, test }: TestApi, { name, open, concurrent }: DatabaseContractOptions): void {
  describe(`database contract: ${name}`, () => {
    let opened: Promise<Database> | undefined;
    const database = (): Promise<Database> => (opened ??= open());
    const run = (cases: Cases): void => {
      for (const [sentence, body] of Object.entries(cases)) test(sentence, async () => body(await database()));
    };
    run(unitCases);
    run(commitCases);
    run(statementCases);
    run(listCases);
    run(batchCases);
    run(connectionCases);
    if (concurrent) run(concurrencyCases);
    test('a closed database takes no more work', async () => {
      const db = await database();
      await db.close();
      await db.close();
      await rejects(db.script('select 1'), DatabaseClosed.is);
    });
  });
}
