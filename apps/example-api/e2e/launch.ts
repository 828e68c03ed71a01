import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const program = (name: string): string => fileURLToPath(new URL(`../bundle/${name}.js`, import.meta.url));

export interface Launched { readonly child: ChildProcess; output(): string; readonly exit: Promise<number | null> }
export interface Running extends Launched { readonly url: string }

const alive: ChildProcess[] = [];
afterAll(() => { for (const child of alive) child.kill('SIGKILL'); });

function run(name: string, argv: readonly string[], variables: Record<string, string>, directory: string): Launched {
  const child = spawn(process.execPath, [program(name), ...argv], { cwd: directory, env: { PATH: process.env['PATH'], APP_ENV: 'test', PORT: '0', DATABASE_URL: 'pglite:memory', ...variables } as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'] });
  alive.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  return { child, output: () => text, exit: once(child, 'close').then(([code]) => code as number | null) };
}

/** Starts what `npm start` starts; it ends with the tests at the latest. */
export const launch = (variables: Record<string, string>, directory = tmpdir()): Launched => run('main', [], variables, directory);

/** Starts what `npm start` starts and waits until it listens. */
export async function started(variables: Record<string, string> = {}, directory?: string): Promise<Running> {
  const running = launch(variables, directory);
  const url = await new Promise<string>((resolve, reject) => {
    const look = (): void => { const found = /reference: (http:\S+)\/docs/.exec(running.output()); if (found) resolve(found[1]!); };
    running.child.stdout!.on('data', look);
    void running.exit.then((code) => reject(new Error(`The process ended with ${code}:\n${running.output()}`)));
  });
  return { ...running, url };
}

/** Runs what `npm run db -- <command>` runs, to its end. */
export async function db(command: string, variables: Record<string, string>): Promise<{ readonly code: number | null; readonly output: string }> {
  const { exit, output } = run('db', [command], variables, tmpdir());
  return { code: await exit, output: output() };
}
