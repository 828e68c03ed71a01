import { token, type Token } from '@org/enterprise-kernel';
import { createContainer, DependencyGraphInvalid, lazy, provide, provideValue, service, type GraphFault, type Module, type Provider } from './index.js';

const A = token<object>('shop.A');
const B = token<object>('shop.B');
const C = token<object>('shop.C');
const make = (provides: Token<object>, deps: Record<string, Token<unknown>> = {}, scope: 'singleton' | 'request' | 'transient' = 'singleton'): Provider =>
  provide(provides, deps, () => { throw new Error('built during the check'); }, { scope });

function faultsOf(modules: readonly Module[], overrides: readonly Provider[] = []): { faults: readonly GraphFault[]; message: string } {
  try {
    createContainer({ modules, overrides });
  } catch (error) {
    if (DependencyGraphInvalid.is(error)) return { faults: error.details.faults, message: error.message };
    throw error;
  }
  return { faults: [], message: '' };
}

describe('the graph check', () => {
  test('a sound graph passes, and nothing is built by checking it', () => {
    expect(faultsOf([{ name: 'm', providers: [make(A, { b: B }), make(B)] }]).faults).toEqual([]);
  });

  test('a missing binding says who asked, in which module, and what was probably meant', () => {
    const order: Module = { name: 'order', providers: [make(A, { mailer: token('shop.mialer') })] };
    const mail: Module = { name: 'mail', providers: [provideValue(token<object>('shop.Mailer'), {})] };
    expect(faultsOf([{ name: 'app', imports: [order, mail] }]).faults).toEqual([{
      code: 'MISSING',
      message: '"shop.A" (module app > order) needs "shop.mialer" as mailer, and nothing provides "shop.mialer"; did you mean "shop.Mailer"?',
      path: ['shop.A', 'shop.mialer'],
      modules: ['order'],
      nearest: 'shop.Mailer',
    }]);
  });

  test('nothing is suggested for an id that resembles none', () => {
    const { faults: [fault] } = faultsOf([{ name: 'm', providers: [make(A, { x: token('persistence.Database') })] }]);
    expect(fault).not.toHaveProperty('nearest');
    expect(fault?.message).toMatch(/nothing provides "persistence\.Database"\.$/);
  });

  test('a cycle is shown as the full path back to where it began', () => {
    const { faults } = faultsOf([{ name: 'm', providers: [make(A, { b: B }), make(B, { c: C }, 'transient'), make(C, { a: A })] }]);
    expect(faults).toMatchObject([{ code: 'CYCLE', path: ['shop.A', 'shop.B', 'shop.C', 'shop.A'] }]);
    expect(faults[0]?.message).toMatch(/^"shop\.A" \(m\) -> "shop\.B" \(m\) -> "shop\.C" \(m\) -> "shop\.A" \(m\): /);
  });

  test('what leads into a cycle is not part of it, and a provider may need itself', () => {
    const { faults } = faultsOf([{ name: 'm', providers: [make(A, { b: B }), make(B, { b: B })] }]);
    expect(faults).toMatchObject([{ code: 'CYCLE', path: ['shop.B', 'shop.B'] }]);
  });

  test('two providers of one dependency are no cycle', () => {
    expect(faultsOf([{ name: 'm', providers: [make(A, { b: B, c: C }), make(B, { c: C }), make(C)] }]).faults).toEqual([]);
  });

  test('a lazy dependency breaks a cycle but must be provided', () => {
    expect(faultsOf([{ name: 'm', providers: [make(A, { b: B }), make(B, { a: lazy(A) })] }]).faults).toEqual([]);
    expect(faultsOf([{ name: 'm', providers: [make(A, { b: lazy(B) })] }]).faults).toMatchObject([{ code: 'MISSING', path: ['shop.A', 'shop.B'] }]);
  });

  test('a singleton that captures a request-scoped value is refused, also through transients', () => {
    const direct = faultsOf([{ name: 'm', providers: [make(A, { b: B }), make(B, {}, 'request')] }]);
    expect(direct.faults).toMatchObject([{ code: 'CAPTIVE', path: ['shop.A', 'shop.B'] }]);
    const hidden = faultsOf([
      { name: 'one', providers: [make(A, { b: B })] },
      { name: 'two', providers: [make(B, { c: C }, 'transient'), make(C, {}, 'request')] },
    ]);
    expect(hidden.faults).toMatchObject([{ code: 'CAPTIVE', path: ['shop.A', 'shop.B', 'shop.C'], modules: ['one', 'two'] }]);
  });

  test('a request-scoped value may use singletons, transients and its like', () => {
    expect(faultsOf([{ name: 'm', providers: [make(A, { b: B, c: C }, 'request'), make(B, {}, 'request'), make(C, { b: B }, 'transient')] }]).faults).toEqual([]);
  });

  test('two providers of a token are refused with both modules named', () => {
    const { faults } = faultsOf([{ name: 'one', providers: [make(A)] }, { name: 'two', providers: [make(A)] }]);
    expect(faults).toMatchObject([{ code: 'DUPLICATE', path: ['shop.A'], modules: ['one', 'two'] }]);
    expect(faults[0]?.message).toContain('in module one and in module two');
    const twice = faultsOf([{ name: 'one', providers: [make(A), make(A)] }]);
    expect(twice.faults[0]?.message).toContain('twice in module one');
  });

  test('a module that is imported twice, and one provider in two modules, count once', () => {
    const shared: Module = { name: 'shared', providers: [make(A)] };
    const same = make(B);
    expect(faultsOf([{ name: 'x', imports: [shared], providers: [same] }, { name: 'y', imports: [shared], providers: [same] }]).faults).toEqual([]);
  });

  test('an override of an unknown token is a fault with the nearest name, and so is a second override', () => {
    const { faults } = faultsOf([{ name: 'm', providers: [make(A)] }], [make(token('shop.AA')), make(A), make(A)]);
    expect(faults).toMatchObject([{ code: 'UNKNOWN_OVERRIDE', nearest: 'shop.A' }, { code: 'DUPLICATE', message: '"shop.A" is overridden twice.' }]);
  });

  test('an override is checked in the place of what it replaces', () => {
    expect(faultsOf([{ name: 'm', providers: [make(A), make(B)] }], [make(A, { c: C })]).faults).toMatchObject([{ code: 'MISSING', path: ['shop.A', 'shop.C'], modules: ['m'] }]);
  });

  test('an async factory in request scope is refused before it runs', () => {
    const provider = { ...make(A, {}, 'request'), create: async () => ({}) } as Provider;
    expect(faultsOf([{ name: 'm', providers: [provider] }]).faults).toMatchObject([{ code: 'ASYNC_FACTORY', path: ['shop.A'] }]);
  });

  test('a hook that would never run is refused', () => {
    const hooked = (scope: 'request' | 'transient'): Provider => ({ ...make(A, {}, scope), hooks: { start: () => {}, dispose: () => {} } }) as Provider;
    expect(faultsOf([{ name: 'm', providers: [hooked('transient')] }]).faults[0]?.message).toContain('its start, dispose would never run');
    expect(faultsOf([{ name: 'm', providers: [hooked('request')] }]).faults[0]?.message).toContain('its start would never run');
  });

  test('every fault comes at once, in one readable error', () => {
    const Service = service('shop.Service', { c: C }, () => ({}));
    const { faults, message } = faultsOf([{ name: 'm', providers: [make(A, { b: B }), make(B, { a: A }), make(A), Service] }]);
    expect(faults.map(({ code }) => code).sort()).toEqual(['CYCLE', 'DUPLICATE', 'MISSING']);
    expect(message.split('\n')).toHaveLength(4);
    expect(message).toMatch(/^The dependency graph has 3 faults:\n {2}DUPLICATE {2}"shop\.A"/);
  });
});
