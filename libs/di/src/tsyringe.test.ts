import { token } from '@org/enterprise-kernel';
import { container as root, delay, inject, injectable, injectAll, injectAllWithTransform, injectWithTransform, Lifecycle, scoped, singleton } from './tsyringe.js';
import { adoptContainer, createContainer, DependencyGraphInvalid, provide, provideClass, provideValue, type ContainerOptions, type Provider } from './index.js';

interface Mailer { readonly name: string }
const Mailer = token<Mailer>('ts.Mailer');
const mailer = provideValue(Mailer, { name: 'smtp' });

@injectable()
class Notifier { constructor(@inject(Mailer.symbol) readonly mailer: Mailer) {} }
@singleton()
class Registry { readonly items: string[] = []; disposed = 0; dispose(): void { this.disposed++; } }
@scoped(Lifecycle.ContainerScoped)
class Session { constructor(readonly registry: Registry) {} }
@injectable()
class Controller { constructor(readonly session: Session, readonly notifier: Notifier, readonly registry: Registry) {} }

async function started(providers: readonly Provider[], options: Partial<ContainerOptions> = {}) {
  const container = createContainer({ modules: [{ name: 'm', providers }], ...options });
  await container.start();
  return container;
}
function faultsOf(providers: readonly Provider[], options: Partial<ContainerOptions> = {}): readonly { code: string; message: string; path: readonly string[] }[] {
  try {
    createContainer({ modules: [{ name: 'm', providers }], ...options });
  } catch (error) {
    if (DependencyGraphInvalid.is(error)) return error.details.faults;
    throw error;
  }
  return [];
}

describe('classes decorated for tsyringe', () => {
  test('get our tokens by their symbols, and the scopes that their decorators say', async () => {
    const container = await started([mailer, provideClass(Notifier), provideClass(Registry), provideClass(Controller)]);
    expect(container.resolve(Notifier).mailer.name).toBe('smtp');
    expect(container.resolve(Notifier)).not.toBe(container.resolve(Notifier));
    expect(container.resolve(Registry)).toBe(container.resolve(Registry));
    const scope = container.createScope();
    const controller = scope.resolve(Controller);
    expect(controller.session).toBe(scope.resolve(Controller).session);
    expect(controller.session).not.toBe(container.createScope().resolve(Controller).session);
    expect(controller.registry).toBe(container.resolve(Registry));
  });

  test('that a tsyringe container registers as transient stay transient', async () => {
    class Draft {}
    const parent = root.createChildContainer();
    parent.register(Draft, Draft);
    const container = await started([provideClass(Draft)], { tsyringe: parent });
    expect(container.resolve(Draft)).not.toBe(container.resolve(Draft));
  });

  test('may implement a token, and are the same under both names', async () => {
    const Notify = token<Notifier>('ts.Notify');
    const container = await started([mailer, provideClass(Notify, Notifier, { scope: 'singleton' })]);
    expect(container.resolve(Notify)).toBe(container.resolve(Notifier));
  });

  test('that no module provides take part through those that need them', async () => {
    const container = await started([mailer, provideClass(Controller)]);
    expect(container.graph.nodes.map(({ id, scope }) => [id, scope])).toEqual([
      ['ts.Mailer', 'singleton'], ['Controller', 'transient'], ['Session', 'request'], ['Notifier', 'transient'], ['Registry', 'singleton'],
    ]);
    expect(container.createScope().resolve(Controller).notifier.mailer.name).toBe('smtp');
  });

  test('live in their own container: another one has its own singletons, and tsyringe\'s global one is not touched', async () => {
    const [one, two] = [await started([provideClass(Registry)]), await started([provideClass(Registry)])];
    expect(one.resolve(Registry)).not.toBe(two.resolve(Registry));
    expect(root.isRegistered(Mailer.symbol)).toBe(false);
  });

  test('are disposed of by the method that tsyringe would call', async () => {
    const container = await started([provideClass(Registry)]);
    const registry = container.resolve(Registry);
    await container.stop();
    expect(registry.disposed).toBe(1);
  });

  test('are checked: missing tokens, captured scopes and undescribed parameters', () => {
    class Bare { constructor(readonly size: number, readonly mailer: Mailer) {} }
    @injectable()
    class Half { constructor(readonly mailer: Mailer, readonly registry: Registry) {} }
    expect(faultsOf([provideClass(Notifier)])).toMatchObject([
      { code: 'MISSING', path: ['Notifier', 'ts.Mailer'], message: '"Notifier" (module m) needs "ts.Mailer" as constructor parameter #0, and nothing provides "ts.Mailer".' },
    ]);
    expect(faultsOf([mailer, provideClass(Controller, { scope: 'singleton' })])).toMatchObject([{ code: 'CAPTIVE', path: ['Controller', 'Session'] }]);
    expect(faultsOf([provideClass(Bare)])).toMatchObject([{ code: 'UNTYPED_PARAMETER', message: expect.stringContaining('as #0, #1; decorate them') }]);
    expect(faultsOf([provideClass(Half)])).toMatchObject([{ code: 'UNTYPED_PARAMETER', message: expect.stringContaining('as #0; decorate it') }]);
  });

  test('keep a default value that nothing is injected for', async () => {
    @injectable()
    class Retrying { constructor(@inject(Mailer.symbol) readonly mailer: Mailer, readonly retries = 3) {} }
    const container = await started([mailer, provideClass(Retrying)]);
    expect(container.resolve(Retrying).retries).toBe(3);
  });

  test('need no more than @inject, without any class decorator or metadata of the compiler', async () => {
    class Plain { constructor(readonly mailer: Mailer) {} }
    inject(Mailer.symbol)(Plain, undefined, 0);
    const container = await started([mailer, provideClass(Plain)]);
    expect(container.resolve(Plain).mailer.name).toBe('smtp');
  });

  test('may break a cycle by delay()', async () => {
    @singleton()
    class Chicken { constructor(@inject(delay(() => Egg)) readonly egg: { readonly name: string }) {} readonly name = 'chicken'; }
    @singleton()
    class Egg { constructor(@inject(Chicken) readonly chicken: Chicken) {} readonly name = 'egg'; }
    const container = await started([provideClass(Chicken), provideClass(Egg)]);
    expect(container.resolve(Chicken).egg.name).toBe('egg');
    expect(container.graph.nodes[0]?.dependencies).toEqual([{ id: 'Egg', lazy: true }]);
  });

  test('get what injectAll, optional and transforming decorators promise', async () => {
    class Shout { transform(value: Mailer, mark: string): string { return value.name.toUpperCase() + mark; } }
    class Count { transform(values: unknown[]): number { return values.length; } }
    @injectable()
    class Everything {
      constructor(
        @injectAll('ts.many') readonly many: string[],
        @injectAll('ts.none', { isOptional: true }) readonly none: string[],
        @inject('ts.absent', { isOptional: true }) readonly absent: string | undefined,
        @inject('ts.many', { isOptional: true }) readonly present: string | undefined,
        @injectWithTransform(Mailer.symbol, Shout, '!') readonly loud: string,
        @injectAllWithTransform('ts.many', Count) readonly count: number,
      ) {}
    }
    const parent = root.createChildContainer();
    parent.register('ts.many', { useValue: 'one' }).register('ts.many', { useValue: 'two' });
    const container = await started([mailer, provideClass(Everything)], { tsyringe: parent });
    expect(container.resolve(Everything)).toMatchObject({ many: ['one', 'two'], none: [], absent: undefined, present: 'two', loud: 'SMTP!', count: 2 });
  });

  test('are seen by interceptors', async () => {
    const container = await started([mailer, provideClass(Notifier)]);
    const seen: unknown[] = [];
    container.tsyringe.afterResolution(Mailer.symbol, (_, result) => void seen.push(result));
    container.resolve(Notifier);
    container.resolve(Mailer);
    container.createScope().resolve(Mailer); // like tsyringe's, a child has interceptors of its own
    expect(seen).toEqual([{ name: 'smtp' }, { name: 'smtp' }]);
  });
});

describe('a tsyringe container around ours', () => {
  test('may hold what our factories and classes need', async () => {
    const parent = root.createChildContainer();
    parent.register(Mailer.symbol, { useValue: { name: 'theirs' } });
    const Subject = token<string>('ts.Subject');
    const container = await started([provideClass(Notifier), provide(Subject, { mailer: Mailer }, ({ mailer: theirs }) => theirs.name)], { tsyringe: parent });
    expect(container.resolve(Subject)).toBe('theirs');
    expect(container.resolve(Notifier).mailer.name).toBe('theirs');
    expect(container.graph.nodes.at(-1)).toMatchObject({ id: 'ts.Mailer', module: 'tsyringe' });
  });

  test('keeps its own life cycles for what it registered itself, captive check included', async () => {
    class Tab {}
    const parent = root.createChildContainer();
    const key = Symbol.for('org.enterprise.token:ts.Tab');
    parent.register(key, { useClass: Tab }, { lifecycle: Lifecycle.ContainerScoped });
    const Tabs = token<Tab>('ts.Tab');
    const Reader = token<object>('ts.Reader');
    const reader = (scope: 'singleton' | 'transient') => provide(Reader, { tab: Tabs }, ({ tab }) => tab, { scope });
    expect(faultsOf([reader('singleton')], { tsyringe: parent })).toMatchObject([{ code: 'CAPTIVE' }]);
    const container = await started([reader('transient')], { tsyringe: parent });
    const scope = container.createScope();
    expect(scope.resolve(Reader)).toBe(scope.resolve(Reader));
    expect(scope.resolve(Reader)).not.toBe(container.createScope().resolve(Reader));
  });

  test('that registered a class by a value or for one resolution is left in charge of it', async () => {
    class Legacy { readonly origin: string = 'made'; }
    @scoped(Lifecycle.ResolutionScoped) class Unit {}
    @injectable() class Inner { constructor(readonly unit: Unit) {} }
    @injectable() class User { constructor(readonly legacy: Legacy, readonly unit: Unit, readonly inner: Inner) {} }
    const parent = root.createChildContainer();
    parent.registerInstance(Legacy, { origin: 'given' });
    parent.register('plain', { useClass: Legacy });
    const container = await started([provideClass(User)], { tsyringe: parent });
    expect(container.resolve(User).legacy.origin).toBe('given');
  });

  test('can be asked through container.tsyringe for everything of ours', async () => {
    const container = await started([mailer, provideClass(Session), provideClass(Registry)]);
    expect(container.tsyringe.resolve<Mailer>(Mailer.symbol).name).toBe('smtp');
    expect(container.tsyringe.resolve(Registry)).toBe(container.resolve(Registry));
    expect(() => container.tsyringe.resolve(Session)).toThrow(/is request-scoped/);
    await container.stop();
    expect(() => container.tsyringe.resolve(Mailer.symbol)).toThrow(/after the container had stopped/);
  });

  test('says before the start that a token is not built yet', () => {
    const container = createContainer({ modules: [{ name: 'm', providers: [mailer] }] });
    expect(() => container.tsyringe.resolve(Mailer.symbol)).toThrow(/before the container was started/);
  });
});

describe('an adopted container', () => {
  const legacy = root.createChildContainer();
  let disposed = 0;
  class LegacyClock { now(): number { return 7; } dispose(): void { disposed++; } }
  legacy.registerSingleton(LegacyClock);
  legacy.register('LegacyMailer', { useValue: { name: 'legacy' } });
  legacy.register(Symbol.for('org.enterprise.token:ts.Direct'), { useValue: 'direct' });
  const Clock = token<{ now(): number }>('ts.Clock');
  const Direct = token<string>('ts.Direct');

  test('gives what is listed, by its own names or ours, and is not disposed of', async () => {
    const container = await started([
      ...adoptContainer(legacy, [[Mailer, 'LegacyMailer'], [Clock, LegacyClock], Direct]),
      provide(token<number>('ts.Now'), { clock: Clock }, ({ clock }) => clock.now()),
    ]);
    expect([container.resolve(Mailer).name, container.resolve(Clock).now(), container.resolve(Direct)]).toEqual(['legacy', 7, 'direct']);
    expect(container.resolve(Clock)).toBe(legacy.resolve(LegacyClock));
    await container.stop();
    expect(disposed).toBe(0);
  });

  test('is checked for what it is said to hold', () => {
    expect(faultsOf(adoptContainer(legacy, [[Mailer, 'LegacyMialer']]))).toMatchObject([
      { code: 'MISSING', message: '"ts.Mailer" (module m) is adopted from a tsyringe container in which "LegacyMialer" is not registered.' },
    ]);
  });

  test('is typed', () => {
    // @ts-expect-error -- a class that is not what the token stands for
    adoptContainer(legacy, [[Mailer, class { readonly size = 1; }]]);
    expect.assertions(0);
  });
});
