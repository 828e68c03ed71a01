import { mkdtemp } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresMissing, startPostgres, type PostgresServer } from '../../../tools/services/postgres.js';
import { launch, started } from './launch.js';

// PGlite takes seconds to start, in each process anew: but for the first test, the database is PostgreSQL where there is one.
let server: PostgresServer | undefined;
beforeAll(async () => { server = postgresMissing === undefined ? await startPostgres() : undefined; }, 30_000);
afterAll(() => server?.[Symbol.asyncDispose]());
const database = async (): Promise<{ DATABASE_URL: string }> => ({ DATABASE_URL: await server?.createDatabase() ?? 'pglite:memory' });

test('it starts from any folder, says where it is, and ends with 0 on SIGTERM', async () => {
  const { child, url, exit, output } = await started({}, await mkdtemp(join(tmpdir(), 'elsewhere-')));
  expect(await (await fetch(`${url}/api/v1/ping`)).json()).toMatchObject({ data: { pong: true } });
  child.kill('SIGTERM');
  await expect(exit).resolves.toBe(0);
  expect(output()).toMatch(/"message":"Stopped"/);
});

interface Outcome { readonly result: number | string; readonly reused: boolean }

/** Twenty clients on kept connections, until `done` says so or nobody listens any more. */
async function load(url: string, done: () => boolean): Promise<Outcome[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const outcomes: Outcome[] = [];
  const request = (): Promise<Outcome> => new Promise((resolve) => {
    const sent = get(`${url}/api/v1/products?page_size=50`, { agent }, (response) => { response.resume().on('end', () => resolve({ result: response.statusCode!, reused: sent.reusedSocket })); });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve({ result: error.code ?? error.message, reused: sent.reusedSocket }));
  });
  await Promise.all(Array.from({ length: 20 }, async () => {
    for (let outcome: Outcome | undefined; !done() && outcome?.result !== 'ECONNREFUSED';) outcomes.push(outcome = await request());
  }));
  agent.destroy();
  return outcomes;
}
const failed = (outcomes: readonly Outcome[]): Outcome[] => outcomes.filter(({ result }) => result !== 200);
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

describe.each(['express', 'node'])('a stop under load on the %s engine', (HTTP_ENGINE) => {
  const quiet = { HTTP_ENGINE, RATE_LIMIT_MAX: '0', LOG_LEVEL: 'error' };

  test('fails no request of a balancer that looks at readiness', async () => {
    const { child, url, exit } = await started({ ...quiet, ...await database(), SHUTDOWN_DELAY_SECONDS: '1' });
    let drained = false;
    const loading = load(url, () => drained);
    await pause(300);
    child.kill('SIGTERM');
    while ((await fetch(`${url}/health/ready`)).status === 200) await pause(50);
    await pause(200); // requests still come for a while
    drained = true;
    const outcomes = await loading;
    await expect(exit).resolves.toBe(0);
    expect([outcomes.length > 50, failed(outcomes)]).toEqual([true, []]);
  });

  test('fails no request on a connection that was open, though nobody looks at readiness', async () => {
    const { child, url, exit } = await started({ ...quiet, ...await database() });
    const loading = load(url, () => false);
    await pause(300);
    child.kill('SIGTERM');
    const outcomes = await loading;
    await expect(exit).resolves.toBe(0);
    // A new connection may meet the closing listener: the kernel resets what waits there. That is what readiness is for.
    expect([outcomes.length > 50, failed(outcomes).filter(({ reused }) => reused)]).toEqual([true, []]);
  });
});

test('a second signal ends it at once', async () => {
  const { child, exit } = await started({ ...await database(), SHUTDOWN_DELAY_SECONDS: '30' });
  child.kill('SIGTERM');
  await pause(200);
  child.kill('SIGTERM');
  await expect(exit).resolves.toBe(143);
});

test('wrong settings stop the start, all of them at once, without a stack', async () => {
  const { exit, output } = launch({ PORT: 'eighty', HTTP_ENGINE: 'apache', RATE_LIMIT_MAX: '-1' });
  await expect(exit).resolves.toBe(1);
  for (const key of ['PORT', 'HTTP_ENGINE', 'RATE_LIMIT_MAX']) expect(output()).toContain(key);
  expect(output()).not.toMatch(/^\s+at /m);
});

test('a port that is taken is said plainly, and the process ends', async () => {
  const { url } = await started(await database());
  const { exit, output } = launch({ ...await database(), PORT: new URL(url).port });
  await expect(exit).resolves.toBe(1);
  expect(output()).toMatch(/something else listens there already/);
});
