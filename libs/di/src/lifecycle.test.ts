import { DisposalError, manualClock, noopLogger, token, type Logger, type Token } from '@org/enterprise-kernel';
import {
  ContainerNotStarted, ContainerStopped, createContainer, lazy, provide, provideValue, StartAborted, StartFailed, StopTimedOut, type ContainerOptions, type Provider, type ProviderHooks,
} from './index.js';

const names = ['a', 'b', 'c'] as const;
const tokens = Object.fromEntries(names.map((name) => [name, token<{ name: string }>(`t.${name}`)])) as Record<(typeof names)[number], Token<{ name: string }>>;

/** Three singletons, each needing the one before it, that write down what happens to them. */
function chain(change: Partial<Record<(typeof names)[number], Partial<ProviderHooks> & { create?: () => unknown }>> = {}) {
  const log: string[] = [];
  const note = (text: string) => () => void log.push(text);
  const providers: Provider[] = names.map((name, index) => {
    const { create = () => {}, ...hooks } = change[name] ?? {};
    const deps = index === 0 ? {} : { before: tokens[names[index - 1]!] };
    return provide(tokens[name], deps, async () => {
      log.push(`build ${name}`);
      await create();
      return { name };
    }, { start: note(`start ${name}`), drain: note(`drain ${name}`), stop: note(`stop ${name}`), dispose: note(`dispose ${name}`), ...hooks });
  });
  const container = (options: Partial<ContainerOptions> = {}) => createContainer({ modules: [{ name: 'm', providers: providers.toReversed() }], ...options });
  return { log, container };
}
const fail = (message: string) => () => { throw new Error(message); };
const rejection = async (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error: unknown) => error);

describe('a start', () => {
  test('builds in dependency order whatever the order of registration, then starts in the same order', async () => {
    const { log, container } = chain();
    const it = container();
    expect(it.state).toBe('created');
    await it.start();
    expect(it.state).toBe('ready');
    expect(log).toEqual(['build a', 'build b', 'build c', 'start a', 'start b', 'start c']);
  });

  test('follows the order of modules and providers where nothing else decides, imports first', async () => {
    const log: string[] = [];
    const noting = (id: string) => provide(token<string>(id), {}, () => { log.push(id); return id; });
    const imported = { name: 'imported', providers: [noting('o.3'), noting('o.1')] };
    await createContainer({ modules: [{ name: 'm', imports: [imported], providers: [noting('o.2')] }] }).start();
    expect(log).toEqual(['o.3', 'o.1', 'o.2']);
  });

  test('happens once, however often it is asked for', async () => {
    const { log, container } = chain();
    const it = container();
    expect(it.start()).toBe(it.start());
    await it.start();
    expect(log.filter((line) => line === 'build a')).toHaveLength(1);
  });

  test('reports a tree of modules with times', async () => {
    const clock = manualClock();
    const slow = token<string>('db.Pool');
    const inner = { name: 'db', providers: [provide(slow, {}, () => { clock.set(clock.now() + 120); return 'pool'; }, { start: () => clock.set(clock.now() + 30) })] };
    const outer = { name: 'shop', imports: [inner], providers: [provide(token<string>('shop.Service'), { slow }, () => 'service')] };
    const lines: unknown[] = [];
    const logger: Logger = { ...noopLogger, info: (message, fields) => void lines.push([message, fields]) };
    const report = await createContainer({ modules: [outer], clock, logger }).start();
    expect(report.milliseconds).toBe(150);
    expect(report.entries).toEqual([{ id: 'db.Pool', module: 'shop > db', build: 120, start: 30 }, { id: 'shop.Service', module: 'shop', build: 0, start: 0 }]);
    expect(report.toText()).toBe([
      'started in 150 ms',
      '└─ shop  0 ms',
      '   ├─ db  150 ms',
      '   │  └─ db.Pool  120 ms, start 30 ms',
      '   └─ shop.Service  0 ms',
    ].join('\n'));
    expect(lines).toEqual([['Started', { milliseconds: 150, providers: 2, tree: report.toText() }]]);
  });

  test('that fails half-way in an async factory disposes in reverse what was built, and nothing else', async () => {
    const { log, container } = chain({ c: { create: async () => { await Promise.resolve(); throw new Error('no route to host'); } } });
    const it = container();
    const error = await rejection(it.start());
    expect(StartFailed.is(error) && error).toMatchObject({ message: 'Building t.c failed: no route to host', cause: { message: 'no route to host' }, details: { step: 'Building t.c', unwinding: [] } });
    expect(log).toEqual(['build a', 'build b', 'build c', 'dispose b', 'dispose a']);
    expect(it.state).toBe('stopped');
    await it.stop();
  });

  test('that fails in a synchronous factory or a start hook stops what had started, and disposes of all', async () => {
    const { log, container } = chain({ b: { start: fail('port in use') } });
    const error = await rejection(container().start());
    expect(StartFailed.is(error) && error.details.step).toBe('Starting t.b');
    expect(log).toEqual(['build a', 'build b', 'build c', 'start a', 'stop a', 'dispose c', 'dispose b', 'dispose a']);
    const sync = createContainer({ modules: [{ name: 'm', providers: [provide(tokens.a, {}, fail('sync'))] }] });
    expect(await rejection(sync.start())).toMatchObject({ code: 'START_FAILED', cause: { message: 'sync' } });
  });

  test('that fails reports the failures of its unwinding too', async () => {
    const { log, container } = chain({ a: { dispose: fail('still busy') }, c: { create: fail('no') } });
    const error = await rejection(container().start());
    expect(StartFailed.is(error) && error.details.unwinding).toMatchObject([{ message: 'Disposing t.a failed: still busy' }]);
    expect((error as Error).message).toBe('Building t.c failed: no\n  Disposing t.a failed: still busy');
    expect(log).toContain('dispose b');
  });

  test('runs onReady last, and fails with it', async () => {
    const { log, container } = chain({});
    await container({ onReady: ({ resolve, state }) => log.push(`ready ${resolve(tokens.c).name} ${state}`) }).start();
    expect(log.at(-1)).toBe('ready c starting');
    const failing = chain();
    expect(await rejection(failing.container({ onReady: fail('listen') }).start())).toMatchObject({ details: { step: 'Running onReady' } });
    expect(failing.log.slice(-6)).toEqual(['stop c', 'stop b', 'stop a', 'dispose c', 'dispose b', 'dispose a']);
  });

  test('lets two singletons know each other lazily', async () => {
    const A = token<{ other(): string; name: string }>('l.A');
    const B = token<{ other(): string; name: string }>('l.B');
    const it = createContainer({ modules: [{ name: 'm', providers: [
      provide(A, { b: B }, ({ b }) => ({ name: 'a', other: () => b.name })),
      provide(B, { a: lazy(A) }, ({ a }) => ({ name: 'b', other: () => a().name })),
    ] }] });
    await it.start();
    expect([it.resolve(A).other(), it.resolve(B).other()]).toEqual(['b', 'a']);
    expect(it.resolve(lazy(A))()).toBe(it.resolve(A));
  });

  test('refuses a lazy dependency that is used before it is built', async () => {
    const A = token<string>('l.A');
    const B = token<string>('l.B');
    const it = createContainer({ modules: [{ name: 'm', providers: [provide(B, { a: lazy(A) }, ({ a }) => a()), provide(A, { b: B }, () => 'a')] }] });
    const error = await rejection(it.start());
    expect(ContainerNotStarted.is((error as Error).cause)).toBe(true);
  });
});

describe('a stop', () => {
  test('drains, stops and disposes, each in reverse, with readiness off from the first moment', async () => {
    const { log, container } = chain();
    const it = container();
    await it.start();
    log.length = 0;
    const stopping = it.stop();
    expect(it.state).toBe('stopping');
    expect(it.stop()).toBe(stopping);
    await stopping;
    expect(log).toEqual(['drain c', 'drain b', 'drain a', 'stop c', 'stop b', 'stop a', 'dispose c', 'dispose b', 'dispose a']);
    expect(it.state).toBe('stopped');
  });

  test('still resolves while it drains and stops, and refuses afterwards', async () => {
    const seen: string[] = [];
    const look = (): void => { seen.push(it.resolve(tokens.a).name); };
    const { container } = chain({ b: { drain: look, stop: look } });
    const it = container();
    await it.start();
    await it[Symbol.asyncDispose]();
    expect(seen).toEqual(['a', 'a']);
    expect(() => it.resolve(tokens.a)).toThrow(expect.objectContaining({ code: 'CONTAINER_STOPPED' }));
  });

  test('goes on after every failure and reports all of them', async () => {
    const { log, container } = chain({ a: { dispose: fail('one') }, b: { stop: fail('two') }, c: { drain: () => Promise.reject(new Error('three')) } });
    const it = container();
    await it.start();
    const error = await rejection(it.stop());
    expect(error).toBeInstanceOf(DisposalError);
    expect((error as DisposalError).errors.map((part: Error) => part.message)).toEqual([
      'Draining t.c failed: three', 'Stopping t.b failed: two', 'Disposing t.a failed: one',
    ]);
    expect(log.slice(-4)).toEqual(['stop c', 'stop a', 'dispose c', 'dispose b']);
  });

  test('waits before it drains, for as long as it is told', async () => {
    const clock = manualClock();
    const { log, container } = chain();
    const it = container({ clock, stop: { delay: { seconds: 5 } } });
    await it.start();
    log.length = 0;
    const stopping = it.stop();
    await clock.advance({ seconds: 4 });
    expect([it.state, log]).toEqual(['stopping', []]);
    await clock.advance({ seconds: 1 });
    await stopping;
    expect(log[0]).toBe('drain c');
  });

  test('has deadlines of its own for draining and for the rest', async () => {
    const clock = manualClock();
    const hang = () => new Promise(() => {});
    const it = chain({ a: { drain: hang, stop: hang } }).container({ clock, stop: { drainWithin: { seconds: 2 } } });
    await it.start();
    const stopping = rejection(it.stop());
    let over = false;
    void stopping.then(() => { over = true; });
    await clock.advance({ seconds: 11 }); // 2 for draining, then 10 for stopping
    expect(over).toBe(false);
    await clock.advance({ seconds: 1 });
    expect(((await stopping) as DisposalError).errors.map((error: Error) => error.message)).toEqual([
      'Draining t.a did not finish within 2 s.', expect.stringMatching(/^Stopping t\.a did not finish within 10 s\./),
    ]);
  });

  test('leaves a drain that hangs after its deadline, names it, and still disposes of everything', async () => {
    const clock = manualClock();
    const { log, container } = chain({ b: { drain: () => new Promise(() => {}) } });
    const it = container({ clock });
    await it.start();
    const stopping = rejection(it.stop());
    await clock.advance({ seconds: 10 });
    const error = (await stopping) as DisposalError;
    expect(error.errors).toMatchObject([{ code: 'STOP_TIMED_OUT', details: { step: 'Draining t.b', skipped: ['Draining t.a'] } }]);
    expect(error.message).toBe('Draining t.b did not finish within 10 s. Not reached: Draining t.a.');
    expect(log.slice(-3)).toEqual(['dispose c', 'dispose b', 'dispose a']);
  });

  test('gives up on a disposal that hangs, and names what it did not reach', async () => {
    const clock = manualClock();
    const { container } = chain({ b: { dispose: () => new Promise(() => {}) } });
    const it = container({ clock, stop: { finishWithin: { seconds: 3 } } });
    await it.start();
    const stopping = rejection(it.stop());
    await clock.advance({ seconds: 3 });
    const [failure] = ((await stopping) as DisposalError).errors as Error[];
    expect(StopTimedOut.is(failure) && failure.details).toEqual({ step: 'Disposing t.b', skipped: ['Disposing t.a'] });
    expect(it.state).toBe('stopped');
  });

  test('before a start is the end of it', async () => {
    const { log, container } = chain();
    const it = container();
    await it.stop();
    expect(ContainerStopped.is(await rejection(it.start()))).toBe(true);
    expect([it.state, log]).toEqual(['stopped', []]);
  });

  test('during a start lets the current step finish, builds nothing more and takes all down', async () => {
    let go = (): void => {};
    const { log, container } = chain({ b: { create: () => new Promise<void>((resolve) => { go = resolve; }) } });
    const it = container();
    const starting = rejection(it.start());
    await new Promise(setImmediate);
    const stopping = it.stop();
    go();
    await stopping;
    const error = await starting;
    expect(StartAborted.is(error) && error.message).toBe('The start was interrupted by a stop after: Building t.b.');
    expect(log).toEqual(['build a', 'build b', 'dispose b', 'dispose a']);
  });

  test('during the last step of a start undoes all of it', async () => {
    const { log, container } = chain();
    let stopping: Promise<void> | undefined;
    const it = container({ onReady: (own) => { stopping = own.stop(); } });
    expect(StartAborted.is(await rejection(it.start()))).toBe(true);
    await stopping;
    expect(log.slice(-3)).toEqual(['dispose c', 'dispose b', 'dispose a']);
    expect(it.state).toBe('stopped');
  });

  test('during a start reports what fails on the way down', async () => {
    const { container } = chain({ a: { dispose: fail('busy') } });
    const it = container();
    const starting = rejection(it.start());
    expect(await rejection(it.stop())).toMatchObject({ errors: [{ message: 'Disposing t.a failed: busy' }] });
    expect(await starting).toMatchObject({ code: 'START_ABORTED', details: { unwinding: [{ message: 'Disposing t.a failed: busy' }] } });
  });

  test('during a start that hangs gives up after its deadline, names the step and takes the rest down', async () => {
    const clock = manualClock();
    let go = (): void => {};
    const { log, container } = chain({ b: { create: () => new Promise<void>((resolve) => { go = resolve; }) } });
    const it = container({ clock });
    const starting = rejection(it.start());
    await new Promise(setImmediate);
    const stopping = rejection(it.stop());
    await clock.advance({ seconds: 10 });
    expect(await stopping).toMatchObject({ errors: [{ code: 'STOP_TIMED_OUT', details: { step: 'Building t.b' } }] });
    expect(log).toEqual(['build a', 'build b', 'dispose a']);
    go(); // it comes to life after all
    expect(StartAborted.is(await starting)).toBe(true);
    expect(log).toEqual(['build a', 'build b', 'dispose a', 'dispose b']);
  });

  test('during the unwinding of a failed start waits for it', async () => {
    let go = (): void => {};
    const { log, container } = chain({ c: { create: fail('no') }, b: { dispose: () => new Promise<void>((resolve) => { go = resolve; }) } });
    const it = container();
    const starting = rejection(it.start());
    await new Promise(setImmediate);
    const stopping = it.stop();
    go();
    await stopping;
    expect(StartFailed.is(await starting)).toBe(true);
    expect(log.at(-1)).toBe('dispose a');
  });
});

describe('disposal', () => {
  test('falls back on the dispose method of the value, but leaves alone what somebody else created', async () => {
    const log: string[] = [];
    const own = token<AsyncDisposable>('d.own');
    const given = token<Disposable>('d.given');
    const kept = token<Disposable>('d.kept');
    const it = createContainer({ modules: [{ name: 'm', providers: [
      provide(own, {}, () => ({ [Symbol.asyncDispose]: async () => void log.push('own') })),
      provideValue(given, { [Symbol.dispose]: () => void log.push('given') }),
      provide(kept, {}, () => ({ [Symbol.dispose]: () => void log.push('kept') }), { dispose: false }),
    ] }] });
    await it.start();
    await it.stop();
    expect(log).toEqual(['own']);
  });
});
