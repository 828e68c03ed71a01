import type { DependencyContainer } from 'tsyringe';
import type { Binding, Want } from './binding.js';
import { parametersOf, type ClassParameter } from './class-parameters.js';
import { collectProviders, impliedClass, missingText, type Registered } from './collect.js';
import { decoratedScope, externalScope } from './engine.js';
import { ContainerNotStarted } from './errors.js';
import type { GraphFault } from './graph-fault.js';
import { describeEngineKey, type Class, type EngineKey } from './key.js';
import type { Module, ModuleRef } from './module.js';
import { nearest } from './nearest.js';
import type { AdoptedProvider, Provider, ProviderScope } from './provider.js';
import { wantsOf } from './wants.js';

/** The module of what a tsyringe container outside provides. */
const outside: ModuleRef = { name: 'tsyringe', path: 'tsyringe' };

/** Connects every provider to what it asks for, without building anything. */
export function linkProviders(
  modules: readonly Module[],
  overrides: readonly Provider[],
  engine: DependencyContainer,
  faults: GraphFault[],
): Map<EngineKey, Binding> {
  const registered = collectProviders(modules, overrides, faults);
  const bindings = new Map<EngineKey, Binding>();
  const externals = new Map<EngineKey, Binding>();
  for (const entry of registered.values()) bindings.set(entry.key, bind(entry, engine, faults));
  for (const [provided, binding] of soleClasses(bindings.values())) if (binding && !bindings.has(provided)) bindings.set(provided, binding);

  const findTarget = ({ key, id, lazy, optional, name }: Want, asker: Binding): Binding | undefined => {
    const known = bindings.get(key) ?? externals.get(key);
    if (known) return known;
    const implied = impliedClass(engine, key, asker.module);
    if (implied) {
      const binding = bind(implied, engine, faults);
      bindings.set(key, binding);
      return binding;
    }
    if (engine.isRegistered(key, true)) {
      const binding = bind({ key, id, module: outside, provider: external(engine, key) }, engine, faults);
      binding.get = (scope) => scope.engine.resolve(key as symbol);
      externals.set(key, binding);
      return binding;
    }
    if (!optional) faults.push(missing(asker, name, id, lazy, bindings.values()));
    return undefined;
  };
  // A Map's iterator also visits what is added meanwhile: the implied classes.
  const linked = new Set<Binding>();
  for (const binding of bindings.values()) {
    if (linked.has(binding)) continue;
    linked.add(binding);
    for (const want of wantsOf(binding.provider, binding.parameters)) {
      const target = findTarget(want, binding);
      if (target) binding.edges.push({ name: want.name, target, lazy: want.lazy });
    }
  }
  return bindings;
}

function bind({ key, id, module, provider }: Registered, engine: DependencyContainer, faults: GraphFault[]): Binding {
  const scope = scopeOf(provider, engine);
  const parameters = provider.kind === 'class' ? typedParameters(provider.Class, id, module, faults) : [];
  if (provider.kind === 'adopted') assertAdoptable(provider, id, module, faults);
  const get = (): never => { throw new ContainerNotStarted({ id }, { message: `"${id}" is not built yet: start the container first.` }); };
  return { key, id, module, provider, scope, parameters, edges: [], get };
}

function scopeOf(provider: Provider, engine: DependencyContainer): ProviderScope {
  if (provider.scope !== undefined) return provider.scope;
  const scope = decoratedScope(engine, (provider as { Class: Class }).Class);
  return scope === 'external' ? 'transient' : scope;
}

function typedParameters(provided: Class, id: string, module: ModuleRef, faults: GraphFault[]): ClassParameter[] {
  const parameters = parametersOf(provided);
  const untyped = parameters.flatMap((parameter, position) => (parameter ? [] : [`#${position}`]));
  if (untyped.length > 0) {
    faults.push({
      code: 'UNTYPED_PARAMETER',
      message: `Nothing says what to pass to the constructor of "${id}" (module ${module.path}) as ${untyped.join(', ')}; decorate ${untyped.length > 1 ? 'them' : 'it'} with @inject(...), or give provideClass its params.`,
      path: [id],
      modules: [module.name],
    });
  }
  return parameters.filter((parameter) => parameter !== undefined);
}

function assertAdoptable({ container, from }: AdoptedProvider, id: string, module: ModuleRef, faults: GraphFault[]): void {
  if (typeof from !== 'string' && typeof from !== 'symbol') return; // tsyringe constructs any class, registered or not
  if (container.isRegistered(from, true)) return;
  const message = `"${id}" (module ${module.path}) is adopted from a tsyringe container in which "${describeEngineKey(from)}" is not registered.`;
  faults.push({ code: 'MISSING', message, path: [id], modules: [module.name] });
}

/** Classes that exactly one token is provided by: whoever asks for the class gets the token's value. */
function soleClasses(bindings: Iterable<Binding>): Map<Class, Binding | undefined> {
  const found = new Map<Class, Binding | undefined>();
  for (const binding of bindings) {
    if (binding.provider.kind !== 'class') continue;
    const { Class } = binding.provider;
    found.set(Class, found.has(Class) ? undefined : binding);
  }
  return found;
}

const external = (container: DependencyContainer, from: EngineKey): Provider =>
  ({ kind: 'adopted', provides: { id: '', symbol: from as symbol }, container, from, scope: externalScope(container, from), hooks: {} });

function missing(asker: Binding, name: string, id: string, lazy: boolean, known: Iterable<Binding>): GraphFault {
  const meant = nearest(id, [...known].map((binding) => binding.id));
  const as = name.startsWith('#') ? `as constructor parameter ${name}` : `as ${name}`;
  return {
    code: 'MISSING',
    message: `"${asker.id}" (module ${asker.module.path}) needs "${id}" ${as}${lazy ? ', lazily' : ''}, and ${missingText(id, meant)}`,
    path: [asker.id, id],
    modules: [asker.module.name],
    ...(meant !== undefined && { nearest: meant }),
  };
}
