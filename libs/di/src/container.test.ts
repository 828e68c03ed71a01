import { disposeOf, token } from '@org/enterprise-kernel';
import { createContainer, lazy, provide, provideValue, type Provider } from './index.js';

const Config = token<{ readonly name: string }>('c.Config');
const Counter = token<{ readonly serial: number }>('c.Counter');
const Unit = token<{ readonly serial: number; readonly counter: { readonly serial: number } }>('c.Unit');

async function started(...providers: readonly Provider[]) {
  let serial = 0;
  const log: string[] = [];
  const container = createContainer({ modules: [{ name: 'm', providers: [
    provideValue(Config, { name: 'shop' }),
    provide(Counter, { config: Config }, () => ({ serial: ++serial }), { scope: 'transient' }),
    provide(Unit, { counter: Counter }, ({ counter }) => ({ serial: ++serial, counter }), { scope: 'request', dispose: ({ serial: made }) => void log.push(`dispose ${made}`) }),
    ...providers,
  ] }] });
  await container.start();
  return { container, log };
}

describe('resolving', () => {
  test('a singleton is always the same, a transient never, a request-scoped value once a scope', async () => {
    const { container } = await started();
    expect(container.resolve(Config)).toBe(container.resolve(Config));
    expect(container.resolve(Counter)).not.toBe(container.resolve(Counter));
    const [one, two] = [container.createScope(), container.createScope()];
    expect(one.resolve(Unit)).toBe(one.resolve(Unit));
    expect(one.resolve(Unit)).not.toBe(two.resolve(Unit));
  });

  test('within a scope transients get that scope\'s values, lazily too', async () => {
    const Reader = token<{ direct: unknown; later: () => unknown }>('c.Reader');
    const { container } = await started(provide(Reader, { direct: Unit, later: lazy(Unit) }, ({ direct, later }) => ({ direct, later }), { scope: 'transient' }));
    const scope = container.createScope();
    const reader = scope.resolve(Reader);
    expect(reader.direct).toBe(scope.resolve(Unit));
    expect(reader.later()).toBe(scope.resolve(Unit));
    expect(scope.resolve(lazy(Unit))()).toBe(scope.resolve(Unit));
  });

  test('before the start and for unknown tokens it says what is wrong', async () => {
    const waiting = createContainer({ modules: [{ name: 'm', providers: [provideValue(Config, { name: 'x' })] }] });
    expect(() => waiting.resolve(Config)).toThrow(expect.objectContaining({ code: 'CONTAINER_NOT_STARTED', message: '"c.Config" was asked for before the container was started.' }));
    const { container } = await started();
    expect(() => container.resolve(token('c.Confg'))).toThrow(expect.objectContaining({
      code: 'DEPENDENCY_UNKNOWN', message: 'Nothing provides "c.Confg"; did you mean "c.Config"?', details: { id: 'c.Confg', nearest: 'c.Config' },
    }));
  });

  test('a request-scoped value needs a scope, also inside a transient', async () => {
    const Reader = token<object>('c.Reader');
    const { container } = await started(provide(Reader, { unit: Unit }, ({ unit }) => unit, { scope: 'transient' }));
    expect(() => container.resolve(Unit)).toThrow(expect.objectContaining({ code: 'DEPENDENCY_SCOPE_REQUIRED' }));
    expect(() => container.resolve(Reader)).toThrow(expect.objectContaining({ details: { id: 'c.Unit' } }));
  });

  test('a promise from a request or transient factory is refused when it appears', async () => {
    const Late = token<unknown>('c.Late');
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { container } = await started(provide(Late, {}, () => Promise.reject(new Error('hidden')), { scope: 'transient' }));
    expect(() => container.resolve(Late)).toThrow(expect.objectContaining({ code: 'DEPENDENCY_ASYNC', details: { id: 'c.Late', scope: 'transient' } }));
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  test('a value that is undefined is remembered like any other', async () => {
    let made = 0;
    const Nothing = token<undefined>('c.Nothing');
    const { container } = await started(provide(Nothing, {}, () => void made++, { scope: 'request' }));
    const scope = container.createScope();
    scope.resolve(Nothing);
    scope.resolve(Nothing);
    expect(made).toBe(1);
  });

  test('an override takes the place of a provider', async () => {
    const it = createContainer({ modules: [{ name: 'm', providers: [provideValue(Config, { name: 'real' })] }], overrides: [provideValue(Config, { name: 'fake' })] });
    await it.start();
    expect(it.resolve(Config).name).toBe('fake');
  });

  test('a failing factory of a scope leaves nothing behind and may succeed later', async () => {
    let attempts = 0;
    const Flaky = token<string>('c.Flaky');
    const { container } = await started(provide(Flaky, {}, () => { if (++attempts === 1) throw new Error('not yet'); return 'ok'; }, { scope: 'request' }));
    const scope = container.createScope();
    expect(() => scope.resolve(Flaky)).toThrow('not yet');
    expect(scope.resolve(Flaky)).toBe('ok');
  });
});

describe('a scope', () => {
  test('disposes of what it made, in reverse, and of nothing it did not make', async () => {
    const log: string[] = [];
    const One = token<Disposable>('s.One');
    const Two = token<Disposable>('s.Two');
    const disposable = (name: string): Disposable => ({ [Symbol.dispose]: () => void log.push(name) });
    const { container } = await started(
      provide(One, {}, () => disposable('one'), { scope: 'request' }),
      provide(Two, { one: One }, () => disposable('two'), { scope: 'request' }),
    );
    {
      await using scope = container.createScope();
      scope.resolve(Two);
    }
    await container.createScope()[Symbol.asyncDispose]();
    expect(log).toEqual(['two', 'one']);
  });

  test('runs every disposal though one fails, and reports it', async () => {
    const Bad = token<object>('s.Bad');
    const { container, log } = await started(provide(Bad, { unit: Unit }, () => ({}), { scope: 'request', dispose: () => { throw new Error('bad'); } }));
    const scope = container.createScope();
    scope.resolve(Bad);
    await expect(disposeOf(scope)!()).rejects.toThrow('Disposing s.Bad failed: bad');
    expect(log).toHaveLength(1);
  });

  test('refuses use after its disposal', async () => {
    const { container } = await started();
    const scope = container.createScope();
    await scope[Symbol.asyncDispose]();
    expect(() => scope.resolve(Config)).toThrow(expect.objectContaining({ code: 'CONTAINER_STOPPED', details: { what: 'scope' } }));
  });
});

describe('the graph', () => {
  const graph = createContainer({ modules: [
    { name: 'base', providers: [provideValue(Config, { name: 'x' }), provide(Counter, { config: Config }, () => ({ serial: 1 }), { scope: 'transient' })] },
    { name: 'web "x"', providers: [
      provide(Unit, { counter: Counter, config: Config }, () => ({ serial: 1, counter: { serial: 1 } }), { scope: 'request' }),
      provide(token<object>('c.Root'), { counter: Counter, unit: lazy(Config) }, () => ({})),
    ] },
  ] }).graph;

  test('prints as a tree with scopes and modules', () => {
    expect(graph.toText()).toBe([
      'c.Unit  request, web "x"',
      '├─ c.Counter  transient, base',
      '│  └─ c.Config  singleton, base',
      '└─ c.Config  singleton, base',
      'c.Root  singleton, web "x"',
      '├─ c.Counter  transient, base  (see above)',
      '└─ c.Config  (lazy)',
    ].join('\n'));
  });

  test('prints as a Mermaid flow chart with a box a module', () => {
    expect(graph.toMermaid()).toBe([
      'flowchart TD',
      '  subgraph m0["base"]',
      '    n0["c.Config"]',
      '    n1{{"c.Counter"}}',
      '  end',
      '  subgraph m1["web #quot;x#quot;"]',
      '    n2(["c.Unit"])',
      '    n3["c.Root"]',
      '  end',
      '  n1 --> n0',
      '  n2 --> n1',
      '  n2 --> n0',
      '  n3 --> n1',
      '  n3 -.-> n0',
    ].join('\n'));
  });

  test('can be read by a program', () => {
    expect(graph.nodes[1]).toEqual({ id: 'c.Counter', scope: 'transient', module: 'base', dependencies: [{ id: 'c.Config', lazy: false }] });
  });
});
