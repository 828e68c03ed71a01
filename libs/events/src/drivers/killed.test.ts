import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import { runsTypescript } from '../../../../tools/services/node-flags.js';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { schema } from '../../test/schema.js';

const file = (name: string): string => fileURLToPath(new URL(`../../test/${name}`, import.meta.url));

describeWithPostgres('processes that share a database', () => {
  let server: PostgresServer;
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());

  async function start(url: string, does = 'write') {
    const child = spawn(process.execPath, [...runsTypescript, file('ledger-process.ts'), url, does], { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString(); });
    const ended = once(child, 'close') as Promise<[number | null]>;
    await Promise.race([once(child.stdout, 'data'), ended.then(() => { throw new Error(`The process ended:\n${output}`); })]);
    return {
      kill: async () => { child.kill('SIGKILL'); await ended; },
      async end() {
        child.stdin.end('drain\n');
        const [code] = await ended;
        if (code !== 0) throw new Error(`The process ended with ${code}:\n${output}`);
      },
    };
  }

  /** Every fact has one effect for each subscriber, in the order of its key; nothing is left over. */
  async function assertExact(sql: postgres.Sql): Promise<{ readonly facts: number; readonly processes: number }> {
    const facts = await sql<{ event_id: string; key: string; number: number }[]>`select event_id, key, number from facts order by key, number`;
    for (const subscriber of ['first', 'second']) {
      const effects = await sql<{ event_id: string; key: string; number: number }[]>`select event_id, key, number from effects where subscriber = ${subscriber} order by key, n`;
      expect(effects.map(({ key, number, event_id: id }) => `${key} ${number} ${id}`)).toEqual(facts.map(({ key, number, event_id: id }) => `${key} ${number} ${id}`));
    }
    const [left] = await sql`select (select count(*)::int from event_outbox) as outbox, (select count(*)::int from event_inbox where state <> 'done') as inbox`;
    expect(left).toEqual({ outbox: 0, inbox: 0 });
    const [{ processes }] = await sql<[{ processes: number }]>`select count(distinct process)::int as processes from effects`;
    return { facts: facts.length, processes };
  }

  test('are killed six times at random moments, and every committed event has one effect for each subscriber, in order', async () => {
    const url = await server.createDatabase();
    const sql = postgres(url, { max: 1 });
    try {
      await sql.unsafe(schema);
      for (let time = 0; time < 6; time++) {
        const doomed = await start(url);
        await pause(50 + Math.random() * 400);
        await doomed.kill();
      }
      const last = await start(url, 'deliver');
      await last.end();
      const { facts, processes } = await assertExact(sql);
      expect(facts).toBeGreaterThan(60);
      expect(processes).toBeGreaterThan(3);
    } finally {
      await sql.end();
    }
  }, 120_000);

  test('deliver beside each other, and nothing doubles or overtakes', async () => {
    const url = await server.createDatabase();
    const sql = postgres(url, { max: 1 });
    try {
      await sql.unsafe(schema);
      const both = await Promise.all([start(url), start(url)]);
      await pause(2_000);
      await Promise.all(both.map((each) => each.end()));
      const last = await start(url, 'deliver');
      await last.end();
      const { facts, processes } = await assertExact(sql);
      expect(facts).toBeGreaterThan(100);
      expect(processes).toBeGreaterThanOrEqual(2);
    } finally {
      await sql.end();
    }
  }, 120_000);
});
