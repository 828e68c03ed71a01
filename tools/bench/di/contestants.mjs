// The same small graphs in each container. Every contestant returns functions that do one unit of work.
import { asClass, asFunction, asValue, createContainer as createAwilix, Lifetime } from 'awilix';
import { token } from '@org/enterprise-kernel';
import { createContainer, provide, provideClass, provideValue } from '@org/enterprise-di';
import { container as root, inject, injectable, Lifecycle } from '@org/enterprise-di/tsyringe';

const values = { a: { name: 'a' }, b: { name: 'b' }, c: { name: 'c' } };
const names = Object.keys(values);
const combine = ({ a, b, c }) => ({ a, b, c });
const makeUnit = () => ({ opened: true });

class Three { constructor(a, b, c) { this.a = a; this.b = b; this.c = c; } }
class ThreeOfCradle { constructor({ a, b, c }) { this.a = a; this.b = b; this.c = c; } }
class UnitA { opened = true; }
class UnitB { opened = true; }
class UnitC { opened = true; }
const tokens = Object.fromEntries(names.map((name) => [name, token(`bench.${name}`)]));
// What the decorators would do: `constructor(@inject(A) a, ...)` and `@injectable()`.
names.forEach((name, position) => inject(tokens[name].symbol)(Three, undefined, position));
injectable()(Three);

export async function enterpriseDi() {
  const Combined = token('bench.Combined');
  const units = names.map((name) => token(`bench.unit.${name}`));
  const container = createContainer({ modules: [{ name: 'bench', providers: [
    ...names.map((name) => provideValue(tokens[name], values[name])),
    provide(Combined, tokens, combine, { scope: 'transient' }),
    provideClass(Three, { scope: 'transient' }),
    ...units.map((unit) => provide(unit, {}, makeUnit, { scope: 'request' })),
  ] }] });
  await container.start();
  const { a } = tokens;
  return {
    'singleton': () => container.resolve(a),
    'transient factory, 3 dependencies': () => container.resolve(Combined),
    'transient class, 3 dependencies': () => container.resolve(Three),
    'request scope, 3 values': () => {
      const scope = container.createScope();
      for (const unit of units) scope.resolve(unit);
      return scope;
    },
  };
}

export function tsyringe() {
  const container = root.createChildContainer();
  const Combined = Symbol('Combined');
  const [a, b, c] = names.map((name) => tokens[name].symbol);
  for (const name of names) container.register(tokens[name].symbol, { useValue: values[name] });
  container.register(Combined, { useFactory: (asking) => combine({ a: asking.resolve(a), b: asking.resolve(b), c: asking.resolve(c) }) });
  container.register(Three, { useClass: Three });
  const units = [UnitA, UnitB, UnitC];
  for (const unit of units) container.register(unit, { useClass: unit }, { lifecycle: Lifecycle.ContainerScoped });
  return {
    'singleton': () => container.resolve(a),
    'transient factory, 3 dependencies': () => container.resolve(Combined),
    'transient class, 3 dependencies': () => container.resolve(Three),
    'request scope, 3 values': () => {
      const scope = container.createChildContainer();
      for (const unit of units) scope.resolve(unit);
      return scope;
    },
  };
}

export function awilix() {
  const container = createAwilix();
  container.register({
    ...Object.fromEntries(names.map((name) => [name, asValue(values[name])])),
    combined: asFunction(combine),
    three: asClass(ThreeOfCradle),
    ...Object.fromEntries(names.map((name) => [`unit_${name}`, asFunction(makeUnit, { lifetime: Lifetime.SCOPED })])),
  });
  const units = names.map((name) => `unit_${name}`);
  return {
    'singleton': () => container.resolve('a'),
    'transient factory, 3 dependencies': () => container.resolve('combined'),
    'transient class, 3 dependencies': () => container.resolve('three'),
    'request scope, 3 values': () => {
      const scope = container.createScope();
      for (const unit of units) scope.resolve(unit);
      return scope;
    },
  };
}
