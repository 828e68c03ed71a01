import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DisposalError, noopLogger, type Logger } from '@org/enterprise-kernel';
import { onSignals, runApplication, StartAborted, StartFailed, type ProcessLike } from './index.js';

const fixture = fileURLToPath(new URL('../fixtures/application.mjs', import.meta.url));

beforeAll(() => {
  if (!existsSync(new URL('../dist/signals.js', import.meta.url))) {
    throw new Error('These tests run a process on the compiled library: run `npx nx build @org/enterprise-di` first.');
  }
});

interface Ended { readonly code: number | null; readonly lines: readonly string[] }

/** Runs the fixture and sends a signal each time a line appears that has one. */
function run(mode: string, signals: Readonly<Record<string, NodeJS.Signals>>): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fixture, mode], { stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: string[] = [];
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => { errors += chunk.toString(); });
    child.stdout.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n').filter(Boolean)) {
        lines.push(line);
        const signal = signals[line];
        if (signal) child.kill(signal);
      }
    });
    child.on('error', reject);
    child.on('close', (code) => (errors ? reject(new Error(errors)) : resolve({ code, lines })));
  });
}

describe('a process', () => {
  test('that gets SIGTERM drains, disposes in reverse and exits with 0', async () => {
    const { code, lines } = await run('good', { ready: 'SIGTERM' });
    expect(lines).toEqual(['ready', 'info Signal received: stopping; a second one exits at once', 'drain server', 'dispose server', 'dispose pool']);
    expect(code).toBe(0);
  });

  test('that gets a second signal exits at once with 128 and its number, and says so', async () => {
    const { code, lines } = await run('hanging-drain', { ready: 'SIGTERM', 'drain server': 'SIGINT' });
    expect(lines.at(-1)).toBe('error Second signal: exiting at once, without finishing the stop');
    expect(lines).not.toContain('dispose server');
    expect(code).toBe(130);
  });

  test('whose disposal hangs exits with 1 and names what hangs', async () => {
    const { code, lines } = await run('hanging-dispose', { ready: 'SIGTERM' });
    expect(lines.at(-1)).toBe('error The stop failed Disposing db.Pool did not finish within 300 ms.');
    expect(code).toBe(1);
  });

  test('whose disposal throws exits with 1 and logs it', async () => {
    const { code, lines } = await run('throwing-dispose', { ready: 'SIGINT' });
    expect(lines.at(-1)).toBe('error The stop failed Disposing db.Pool failed: still in use');
    expect(code).toBe(1);
  });

  test('that gets SIGTERM during its start takes down what is up and exits with 0', async () => {
    const { code, lines } = await run('slow-start', { building: 'SIGTERM' });
    expect(lines.slice(-2)).toEqual(['dispose server', 'dispose pool']);
    expect(lines).not.toContain('ready');
    expect(code).toBe(0);
  });

  test('whose start hangs when it gets SIGTERM exits with 1 and names the step', async () => {
    const { code, lines } = await run('hanging-start', { building: 'SIGTERM' });
    expect(lines).toContain('error The stop failed Building http.Server did not finish within 300 ms.');
    expect(lines).toContain('dispose pool');
    expect(code).toBe(1);
  });

  test('whose start fails takes down what was up, logs why and exits with 1', async () => {
    const { code, lines } = await run('failing-start', {});
    expect(lines).toEqual(['dispose server', 'dispose pool', 'error The start failed Starting http.Server failed: port in use']);
    expect(code).toBe(1);
  });
});

describe('the helpers for a process', () => {
  const fake = () => {
    const listeners = new Map<string, (signal: NodeJS.Signals) => void>();
    const codes: number[] = [];
    const errors: unknown[] = [];
    const logger: Logger = { ...noopLogger, error: (_message, fields) => void errors.push(fields?.['error'] ?? fields) };
    const process: ProcessLike = {
      on: (signal, listener) => listeners.set(signal, listener),
      off: (signal) => listeners.delete(signal),
      exit: (code) => codes.push(code),
    };
    return { process, codes, errors, logger, listeners, send: (signal: NodeJS.Signals) => listeners.get(signal)?.(signal) };
  };
  const tick = () => new Promise(setImmediate);

  test('listen to the signals they are told, until they are disposed of', () => {
    const { process, listeners } = fake();
    const handle = onSignals(process, { stop: async () => {} }, { signals: ['SIGUSR2'] });
    expect([...listeners.keys()]).toEqual(['SIGUSR2']);
    handle[Symbol.dispose]();
    expect(listeners.size).toBe(0);
  });

  test('exit at once at a second signal, by the number of that signal', async () => {
    const { process, codes, errors, logger, send } = fake();
    onSignals(process, { stop: () => new Promise(() => {}) }, { logger });
    send('SIGINT');
    expect(codes).toEqual([]);
    send('SIGTERM');
    expect([codes, errors]).toEqual([[143], [{ signal: 'SIGTERM', code: 143 }]]);
  });

  test('exit with 0 once the stop is done', async () => {
    const { process, codes, send } = fake();
    onSignals(process, { stop: async () => {} });
    send('SIGTERM');
    await tick();
    expect(codes).toEqual([0]);
  });

  test('log every failure of a stop, whatever it rejects with', async () => {
    const { process, codes, errors, logger, send } = fake();
    const parts = [new Error('one'), new Error('two')];
    onSignals(process, { stop: () => Promise.reject(new DisposalError(parts)) }, { logger });
    send('SIGTERM');
    await tick();
    expect([codes, errors]).toEqual([[1], parts]);
  });

  test('log a failed start together with what failed on the way down', async () => {
    const { process, codes, errors, logger } = fake();
    const unwinding = new Error('busy');
    const failure = new StartFailed({ step: 'Building x', unwinding: [unwinding] });
    await runApplication(process, { start: () => Promise.reject(failure), stop: async () => {} }, { logger });
    expect([codes, errors]).toEqual([[1], [failure, unwinding]]);
  });

  test('use the exit they are given, and leave an interrupted start to whoever stopped it', async () => {
    const { process, codes } = fake();
    const own: number[] = [];
    const exit = (code: number): unknown => own.push(code);
    await runApplication(process, { start: () => Promise.reject(new StartAborted({ unwinding: [] })), stop: async () => {} }, { exit });
    expect(own).toEqual([]);
    await runApplication(process, { start: () => Promise.reject(new Error('other')), stop: async () => {} }, { exit });
    expect([own, codes]).toEqual([[1], []]);
  });
});
