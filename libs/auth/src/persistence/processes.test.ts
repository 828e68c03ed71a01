import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { describeWithPostgres, startPostgres, type PostgresServer } from '../../../../tools/services/postgres.js';
import { sessionSchema } from '../../test/session-schema.js';

const file = (name: string): string => fileURLToPath(new URL(`../../test/${name}`, import.meta.url));
const flags = ['--conditions=@org/source', '--experimental-transform-types', '--disable-warning=ExperimentalWarning', `--import=${new URL('../../test/typescript-sources.mjs', import.meta.url).href}`];

/** A process that answers each line with a line. */
async function start(url: string, keys: string) {
  const child = spawn(process.execPath, [...flags, file('session-process.ts'), url, keys], { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString(); });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, 'close');
  const next = async (): Promise<any> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The process ended:\n${errors}`);
    return JSON.parse(value as string);
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  try {
    await next();
  } catch (error) {
    await kill();
    throw error;
  }
  return {
    next,
    ask: (command: string, argument: string) => { child.stdin.write(`${command} ${argument}\n`); return next(); },
    async end() {
      child.stdin.end();
      const [code] = await ended as [number];
      if (code !== 0) throw new Error(`The process ended with ${code}:\n${errors}`);
    },
    [Symbol.asyncDispose]: kill,
  };
}

describeWithPostgres('two processes on one database', () => {
  let server: PostgresServer;
  let url: string;
  const keys = `k1:${randomBytes(32).toString('base64')}`;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
    const sql = postgres(url, { max: 1 });
    await sql.unsafe(sessionSchema);
    await sql.end();
  }, 30_000);
  afterAll(() => server[Symbol.asyncDispose]());

  test('what one revokes, the other refuses within a second', async () => {
    await using one = await start(url, keys);
    await using other = await start(url, keys);
    const delays: number[] = [];
    for (let n = 0; n < 5; n++) {
      const opened = await one.ask('open', `user${n}`);
      expect(await other.ask('watch', JSON.stringify(opened))).toEqual({ accepted: true, revoked: false });
      const { at, count } = await one.ask('revoke', `user${n}`);
      expect(count).toBe(2);
      const { byCookie, byList } = await other.next();
      delays.push(byCookie - at, byList - at);
    }
    process.stdout.write(`Refused in the other process after ${delays.join(', ')} ms.\n`);
    expect(delays.toSorted((a, b) => a - b)[delays.length / 2]).toBeLessThan(1_000);
    // A busy machine may be late once; a process that never hears of it would wait for its cache of 30 s.
    expect(Math.max(...delays)).toBeLessThan(4_000);
    await one.end();
    await other.end();
  }, 30_000);

  test('parallel refreshes in both have one child', async () => {
    await using one = await start(url, keys);
    await using other = await start(url, keys);
    const { refreshToken } = await one.ask('open', 'ann');
    const [a, b] = await Promise.all([one.ask('refresh', refreshToken), other.ask('refresh', refreshToken)]);
    expect(a).toEqual(b);
    expect(a.refreshToken).not.toBe(refreshToken);
    expect(await other.ask('refresh', a.refreshToken)).not.toEqual(a);
  }, 30_000);
});
