import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import type { Database } from '../database.js';
import { DatabaseUnavailable } from '../errors.js';
import { postgresDatabase, type PostgresDatabaseOptions } from './postgres.js';

/** A way to the server that can be cut, or fall silent. */
async function wayTo(url: string) {
  const { hostname, port } = new URL(url);
  const clients = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname);
    clients.add(client);
    client.pipe(server).pipe(client);
    for (const each of [client, server]) each.on('error', () => {}).on('close', () => { client.destroy(); server.destroy(); clients.delete(client); });
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const through = new URL(url);
  through.port = String((proxy.address() as AddressInfo).port);
  return {
    url: through.href,
    /** As the kernel of a crashed host does once it is back: a reset, not an end. */
    reset() { for (const client of clients) client.resetAndDestroy(); },
    end() { for (const client of clients) client.end(); },
    fallSilent() { for (const client of clients) client.unpipe().pause(); },
    [Symbol.dispose]() {
      proxy.close();
      for (const client of clients) client.destroy();
    },
  };
}

const select = async (db: Database, text = 'select 1') => (await db.orm.execute(sql.raw(text))).rowCount;
const outcome = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'answered', (error: unknown) => (DatabaseUnavailable.is(error) ? 'unavailable' : error));

describeWithPostgres('PostgreSQL at the end of a bad network', () => {
  let server: PostgresServer;
  beforeAll(async () => { server = await startPostgres(); }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());

  const through = (url: string, options: Partial<PostgresDatabaseOptions> = {}): Database => postgresDatabase({ url, max: 1, ...options });

  test.each(['reset', 'end'] as const)('a connection that is cut by a %s fails what runs on it, and those who wait get another', async (how) => {
    using way = await wayTo(server.url);
    await using db = through(way.url);
    for (let round = 0; round < 20; round++) {
      await select(db);
      const running = outcome(select(db, 'select pg_sleep(5)'));
      const waiting = Array.from({ length: 5 }, () => outcome(select(db)));
      await pause(5);
      way[how]();
      expect(await running).toBe('unavailable');
      expect(await Promise.all(waiting)).toEqual(Array.from({ length: 5 }, () => 'answered'));
    }
  });

  test('lookups that were sent together fail or are answered, and the next ones get another connection', async () => {
    using way = await wayTo(server.url);
    await using db = through(way.url, { max: 2 });
    const lookup = db.orm.select({ one: sql`1` }).from(sql`(select 1) as t`).prepare('lookup');
    const all = (): Promise<unknown[]> => Promise.all(Array.from({ length: 8 }, () => outcome(lookup.execute())));
    for (let round = 0; round < 30; round++) await all();
    const failing = all();
    way.reset();
    const outcomes = await failing;
    expect(outcomes).toContain('unavailable');
    for (const each of outcomes) expect(['unavailable', 'answered']).toContain(each);
    await pause(20); // until the other connection has seen its end, too
    expect(new Set(await all())).toEqual(new Set(['answered']));
  });

  test('a statement that is sent while an idle connection is cut is answered or fails, and never hangs', async () => {
    using way = await wayTo(server.url);
    await using db = through(way.url);
    for (let round = 0; round < 50; round++) {
      await outcome(select(db));
      way.reset();
      for (let turns = round % 5; turns > 0; turns--) await new Promise(setImmediate);
      expect(['answered', 'unavailable']).toContain(await outcome(select(db)));
    }
  });

  test('a server that falls silent is given up after the answer time-out, and asked anew', async () => {
    using way = await wayTo(server.url);
    await using db = through(way.url, { answerTimeout: { seconds: 1 } });
    for (let round = 0; round < 100; round++) await select(db);
    way.fallSilent();
    expect(await outcome(select(db))).toBe('unavailable');
    expect(await outcome(db.unitOfWork.run(() => select(db)))).toBe('answered');
  });

  test('what takes long by right is not given up', async () => {
    await using db = through(server.url, { statementTimeout: { milliseconds: 0 } });
    expect(await outcome(select(db, 'select pg_sleep(0.5)'))).toBe('answered');
  });
});
