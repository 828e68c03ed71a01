// The database of the benchmark: a PostgreSQL of its own, the catalogue in it, and what the server tells about its work.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import postgres from 'postgres';
import '../../services/typescript-sources.mjs';

// Not before the hooks are there that find what it imports.
const { startPostgres } = await import('../../services/postgres.ts');

const command = fileURLToPath(new URL('../../../apps/example-api/dist/db.js', import.meta.url));

/** Starts the server, and fills it as an installation is filled: with the commands of the application. */
export async function startCatalogue(amount) {
  if (process.env.DATABASE_URL) throw new Error('This benchmark reads the statistics and process times of a PostgreSQL of its own: unset DATABASE_URL.');
  const server = await startPostgres({ max_connections: '120', shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_planning': 'on' });
  const url = await server.createDatabase();
  const env = { PATH: process.env.PATH, APP_ENV: 'prod', DATABASE_URL: url, SEED_PRODUCTS: String(amount) };
  for (const step of ['migrate', 'seed']) await promisify(execFile)(process.execPath, [command, step], { env });
  const sql = postgres(url, { max: 1, onnotice() {} });
  const ids = (await sql`select id from products order by md5(id::text) limit 200`).map(({ id }) => id);
  await sql`update products set stock = 1000000000`;
  await sql`vacuum (full, analyze) products`;
  await sql`create table bench_outbox (id bigint generated always as identity primary key, type text not null, payload jsonb not null)`;
  await sql.end();

  const admin = postgres(server.url, { max: 1, onnotice() {} });
  await admin`create extension if not exists pg_stat_statements`;
  const nameOf = (each) => new URL(each).pathname.slice(1);
  const [{ backend }] = await admin`select pg_backend_pid() as backend`;
  const postmaster = statOf(backend)?.parent;
  return {
    /** Some two hundred products, always the same. */
    ids,
    /** Copies the database, so that nobody works on what another one left, or delivers another one's events. */
    copy: () => server.createDatabase(nameOf(url)),
    forgetStatements: () => admin`select pg_stat_statements_reset()`,
    /** What was executed on the products of a database since, and how often it was planned. */
    statements: (of) => admin`
      select s.query ilike '%count(%' as counts, sum(s.calls)::int as calls, sum(s.plans)::int as plans
      from pg_stat_statements s join pg_database d on d.oid = s.dbid
      where d.datname = ${nameOf(of)} and s.query ilike 'select%from%products%' group by 1 order by 1`,
    /** Everything that was executed in a database since. */
    executed: async (of) => (await admin`
      select coalesce(sum(s.calls), 0)::int as calls from pg_stat_statements s join pg_database d on d.oid = s.dbid
      where d.datname = ${nameOf(of)}`)[0].calls,
    cpu: () => cpuOf(postmaster),
    async stop() {
      await admin.end();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** CPU time in microseconds of a postmaster and its children, living and gone; `undefined` where the system does not tell. */
function cpuOf(postmaster) {
  if (postmaster === undefined) return undefined;
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statOf(pid);
    if (fields && Number(pid) === postmaster) ticks += fields.utime + fields.stime + fields.childrenUtime + fields.childrenStime;
    else if (fields?.parent === postmaster) ticks += fields.utime + fields.stime;
  }
  return ticks * 10_000; // Linux counts 100 ticks a second for all programs
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may have blanks in it: see proc_pid_stat(5).
    const [, parent, , , , , , , , , , utime, stime, childrenUtime, childrenStime] = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    return { parent, utime, stime, childrenUtime, childrenStime };
  } catch {
    return undefined; // it has ended in between, or this system has no /proc
  }
}
