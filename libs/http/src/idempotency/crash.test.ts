import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { runsTypescript } from '../../../../tools/services/node-flags.js';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { schema } from '../../test/idempotency-schema.js';

const file = (name: string): string => fileURLToPath(new URL(`../../test/${name}`, import.meta.url));

interface Taker extends AsyncDisposable {
  place(key: string): Promise<{ readonly status: number; readonly replayed: string | null; readonly text: string }>;
  /** Resolves when it stands still. */
  readonly still: Promise<void>;
  kill(): Promise<void>;
}

describeWithPostgres('a process that takes orders', () => {
  let server: PostgresServer;
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());

  async function start(url: string, stop = 'never'): Promise<Taker> {
    const child: ChildProcess = spawn(process.execPath, [...runsTypescript, file('order-process.ts'), url, stop], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const until = (found: RegExp): Promise<RegExpExecArray> => new Promise((resolve, reject) => {
      const look = (): void => { const match = found.exec(output); if (match) resolve(match); };
      for (const stream of [child.stdout!, child.stderr!]) stream.on('data', look);
      child.once('close', () => reject(new Error(`The process ended:\n${output}`)));
      look();
    });
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => { output += chunk.toString(); });
    const still = until(/^still$/m).then(() => {});
    still.catch(() => {});
    const [address] = await until(/^http:\S+$/m);
    const kill = async (): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
    };
    return {
      still, kill, [Symbol.asyncDispose]: kill,
      async place(key) {
        const response = await fetch(`${address}/api/v1/orders`, { method: 'POST', headers: { 'idempotency-key': key, 'content-type': 'application/json' }, body: '{}' });
        return { status: response.status, replayed: response.headers.get('idempotency-replayed'), text: await response.text() };
      },
    };
  }

  test.each([
    ['before its commit leaves nothing, and the repeat is the first to take effect', 'written', { effects: 0, keys: 0 }, null],
    ['after its commit leaves the answer for the repeat', 'committed', { effects: 1, keys: 1 }, 'true'],
  ])('that is killed %s', async (_, stop, left, replayed) => {
    const url = await server.createDatabase();
    const sql = postgres(url, { max: 1 });
    try {
      await sql.unsafe(schema);
      const count = async () => (await sql`select (select count(*)::int from effects) as effects, (select count(*)::int from idempotency_keys) as keys`)[0];
      await using doomed = await start(url, stop);
      const answered = doomed.place('k1').then(() => true, () => false);
      await doomed.still;
      await doomed.kill();
      expect(await answered).toBe(false);
      expect(await count()).toEqual(left);

      await using next = await start(url);
      const repeat = await next.place('k1');
      expect(repeat).toMatchObject({ status: 201, replayed });
      expect(await count()).toEqual({ effects: 1, keys: 1 });
      expect(await next.place('k1')).toEqual({ ...repeat, replayed: 'true' });
      expect((await next.place('k2')).replayed).toBeNull();
      expect(await count()).toEqual({ effects: 2, keys: 2 });
    } finally {
      await sql.end();
    }
  });
});
