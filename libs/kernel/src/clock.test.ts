import { execFileSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformFileSync } from '@swc/core';
import { jest } from '@jest/globals';
import { manualClock, sleep, systemClock } from './clock.js';
import { currentContext, runInContext } from './context.js';

const activeTimers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, milliseconds));

/** Runs a program that imports the compiled clock in a process of its own, and returns what it prints. */
const runProgram = (program: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-clock-'));
  try {
    for (const name of ['clock', 'context', 'duration']) {
      const { code } = transformFileSync(join(import.meta.dirname, `${name}.ts`), { jsc: { target: 'es2023', parser: { syntax: 'typescript' } } });
      writeFileSync(join(folder, `${name}.js`), code);
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'main.js'), `import { sleep, systemClock } from './clock.js';\n${program}`);
    return execFileSync(process.execPath, [join(folder, 'main.js')], { encoding: 'utf8', timeout: 20_000 });
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('systemClock', () => {
  afterEach(() => void jest.useRealTimers());

  it('tells the time, also a mocked one', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(50);
    jest.useFakeTimers({ now: 42 });
    expect(systemClock.now()).toBe(42);
  });

  it('runs a task once, after the delay', async () => {
    const started = performance.now();
    const times: number[] = [];
    systemClock.schedule({ milliseconds: 20 }, () => times.push(performance.now() - started));
    await pause(60);
    expect(times).toHaveLength(1);
    expect(times[0]).toBeGreaterThanOrEqual(18);
  });

  it('does not run a disposed task, and disposing again or later does nothing', async () => {
    const task = jest.fn();
    const timer = systemClock.schedule({ milliseconds: 5 }, task);
    timer[Symbol.dispose]();
    timer[Symbol.dispose]();
    await pause(20);
    expect(task).not.toHaveBeenCalled();
    const done = systemClock.schedule({ milliseconds: 0 }, task);
    await pause(10);
    done[Symbol.dispose]();
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('waits for delays that are longer than setTimeout can', () => {
    jest.useFakeTimers();
    const task = jest.fn();
    const day = 86_400_000;
    systemClock.schedule({ days: 60 }, task);
    jest.advanceTimersByTime(60 * day - 1);
    expect(task).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(task).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(60 * day);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('cancels a long delay after its first timer has passed, too', () => {
    jest.useFakeTimers();
    const task = jest.fn();
    const timer = systemClock.schedule({ days: 60 }, task);
    jest.advanceTimersByTime(2 ** 31);
    timer[Symbol.dispose]();
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(2 ** 33);
    expect(task).not.toHaveBeenCalled();
  });

  it('does not fire at once on real timers either', async () => {
    const task = jest.fn();
    const timer = systemClock.schedule({ milliseconds: 2 ** 31 }, task);
    await pause(30);
    timer[Symbol.dispose]();
    expect(task).not.toHaveBeenCalled();
  });

  it('refuses a wrong delay before it starts a timer', () => {
    const before = activeTimers();
    expect(() => systemClock.schedule({ seconds: -1 }, () => {}, { keepAlive: true })).toThrow(TypeError);
    expect(activeTimers()).toBe(before);
  });

  it('lets the process end while a task waits, unless it is to be kept alive', () => {
    const program = (options: string): string => `
      systemClock.schedule({ milliseconds: 50 }, () => console.log('ran') ${options});
      console.log('started');`;
    expect(runProgram(program(''))).toBe('started\n');
    expect(runProgram(program(', { keepAlive: true }'))).toBe('started\nran\n');
  });
});

describe('sleep', () => {
  it('waits', async () => {
    const started = performance.now();
    await sleep({ milliseconds: 20 });
    expect(performance.now() - started).toBeGreaterThanOrEqual(18);
  });

  it('keeps the process up while it is awaited', () => {
    expect(runProgram(`await sleep({ milliseconds: 50 }); console.log('woke');`)).toBe('woke\n');
  });

  it('rejects with the reason of a signal, leaving no listener', async () => {
    const controller = new AbortController();
    const waiting = sleep({ minutes: 1 }, { signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    const reason = { any: 'thing' };
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('leaves no timer after it was aborted', () => {
    const output = runProgram(`const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
      const controller = new AbortController();
      const waiting = sleep({ minutes: 1 }, { signal: controller.signal });
      console.log(timers());
      controller.abort('gone');
      console.log(await waiting.catch((reason) => reason), timers());`);
    expect(output).toBe('1\ngone 0\n');
  });

  it('leaves no listener after a wait that was not aborted', async () => {
    const { signal } = new AbortController();
    await sleep({ milliseconds: 1 }, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('does not begin when the signal is aborted already', async () => {
    const clock = manualClock();
    await expect(sleep({ minutes: 1 }, { clock, signal: AbortSignal.abort('no') })).rejects.toBe('no');
    expect(clock.pending).toBe(0);
  });

  it('rejects a wrong delay and leaves no listener', async () => {
    const { signal } = new AbortController();
    await expect(sleep({ seconds: -1 }, { signal })).rejects.toThrow(TypeError);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('waits on the clock it is given, and leaves it when aborted', async () => {
    const clock = manualClock();
    const controller = new AbortController();
    let woke = false;
    const first = sleep({ hours: 1 }, { clock }).then(() => { woke = true; });
    const second = sleep({ hours: 2 }, { clock, signal: controller.signal });
    await clock.advance({ minutes: 59 });
    expect(woke).toBe(false);
    await clock.advance({ minutes: 1 });
    await first;
    expect(clock.pending).toBe(1);
    controller.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    expect(clock.pending).toBe(0);
  });
});

describe('manualClock', () => {
  it('stands still until it is moved', async () => {
    const clock = manualClock();
    expect(clock.now()).toBe(Date.parse('2026-01-01T00:00:00Z'));
    await clock.advance({ days: 1, milliseconds: 5 });
    expect(clock.now()).toBe(Date.parse('2026-01-02T00:00:00.005Z'));
    expect(manualClock(new Date(7)).now()).toBe(7);
  });

  it('runs what falls due in order of its time, at its time, and equals in order of their scheduling', async () => {
    const clock = manualClock(0);
    const ran: string[] = [];
    const schedule = (seconds: number, name: string): Disposable => clock.schedule({ seconds }, () => ran.push(`${name}@${clock.now()}`));
    schedule(3, 'c');
    schedule(1, 'a');
    schedule(2, 'b1');
    schedule(2, 'b2');
    schedule(4, 'later');
    await clock.advance({ seconds: 3 });
    expect(ran).toEqual(['a@1000', 'b1@2000', 'b2@2000', 'c@3000']);
    expect(clock.pending).toBe(1);
    await clock.advance({ seconds: 1 });
    expect(ran.at(-1)).toBe('later@4000');
  });

  it('runs what a task schedules if it falls due in the same advance', async () => {
    const clock = manualClock(0);
    const ran: number[] = [];
    const tick = (): void => {
      ran.push(clock.now());
      clock.schedule({ seconds: 10 }, tick);
    };
    clock.schedule({ seconds: 10 }, tick);
    await clock.advance({ seconds: 35 });
    expect(ran).toEqual([10_000, 20_000, 30_000]);
    expect(clock.now()).toBe(35_000);
    await clock.advance({ seconds: 5 });
    expect(ran.at(-1)).toBe(40_000);
  });

  it('lets promises settle between tasks', async () => {
    const clock = manualClock(0);
    const ran: string[] = [];
    const poll = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await sleep({ seconds: 1 }, { clock });
        await Promise.resolve().then(() => Promise.resolve());
        ran.push(`poll@${clock.now()}`);
      }
    };
    const polling = poll();
    clock.schedule({ seconds: 2 }, () => ran.push(`task@${clock.now()}`));
    await clock.advance({ seconds: 3 });
    await polling;
    expect(ran).toEqual(['poll@1000', 'task@2000', 'poll@2000', 'poll@3000']);
  });

  it('does not run a disposed task, even when an earlier one of the same advance disposes it', async () => {
    const clock = manualClock();
    const task = jest.fn();
    const timer = clock.schedule({ seconds: 2 }, task);
    clock.schedule({ seconds: 1 }, () => timer[Symbol.dispose]());
    await clock.advance({ seconds: 5 });
    expect(task).not.toHaveBeenCalled();
  });

  it('keeps delays when the wall clock is set, as timers do', async () => {
    const clock = manualClock(1_000_000);
    const task = jest.fn();
    clock.schedule({ seconds: 10 }, task);
    clock.set(new Date(0));
    expect(clock.now()).toBe(0);
    await clock.advance({ seconds: 9 });
    expect(task).not.toHaveBeenCalled();
    await clock.advance({ seconds: 1 });
    expect(task).toHaveBeenCalledTimes(1);
    expect(clock.now()).toBe(10_000);
  });

  it('never moves backwards, also when two advances overlap', async () => {
    const clock = manualClock(0);
    clock.schedule({ seconds: 1 }, () => void clock.advance({ seconds: 9 }));
    await clock.advance({ seconds: 2 });
    await new Promise(setImmediate);
    expect(clock.now()).toBe(10_000);
    await Promise.all([clock.advance({ seconds: 5 }), clock.advance({ seconds: 1 })]);
    expect(clock.now()).toBe(15_000);
  });

  it('stops at a task that throws, and goes on from there', async () => {
    const clock = manualClock(0);
    const task = jest.fn();
    clock.schedule({ seconds: 1 }, () => { throw new Error('broken task'); });
    clock.schedule({ seconds: 2 }, task);
    await expect(clock.advance({ seconds: 5 })).rejects.toThrow('broken task');
    expect([clock.now(), clock.pending]).toEqual([1_000, 1]);
    await clock.advance({ seconds: 1 });
    expect(task).toHaveBeenCalledTimes(1);
  });

  it.each(['manual', 'system'])('runs a task in the context that scheduled it, as the system clock does: %s', async (kind) => {
    const manual = manualClock();
    const clock = kind === 'manual' ? manual : systemClock;
    const seen: unknown[] = [];
    const note = (): void => void seen.push(currentContext()?.requestId);
    runInContext({ requestId: 'r1' }, () => clock.schedule({ milliseconds: 1 }, note));
    runInContext({ requestId: 'r2' }, () => clock.schedule({ milliseconds: 2 }, note));
    clock.schedule({ milliseconds: 3 }, note);
    await runInContext({ requestId: 'other' }, () => (kind === 'manual' ? manual.advance({ seconds: 1 }) : pause(30)));
    expect(seen).toEqual(['r1', 'r2', undefined]);
  });
});
