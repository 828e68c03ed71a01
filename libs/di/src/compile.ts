import { types } from 'node:util';
import { disposeOf } from '@org/enterprise-kernel';
import type { Binding } from './binding.js';
import { compileDeps } from './compile-deps.js';
import { compileParameters } from './compile-parameters.js';
import { DependencyAsync, DependencyScopeRequired } from './errors.js';
import type { Provider } from './provider.js';
import type { ScopeState } from './scope-state.js';

type Get = (scope: ScopeState) => unknown;

/** Returns a function that makes the value of a binding anew. Call it once the singletons that it needs are built. */
export function compileMake(binding: Binding, root: ScopeState): Get {
  const { provider, edges } = binding;
  switch (provider.kind) {
    case 'factory': {
      const deps = compileDeps(binding, root);
      return (scope) => provider.create(deps(scope));
    }
    case 'class': {
      const args = compileParameters(binding, root.intercepted);
      // A scope's tsyringe container costs more than all else; it is made only for what differs from scope to scope.
      const varies = edges.some(({ target }) => target.scope !== 'singleton');
      return (scope) => {
        const within = varies ? scope : root;
        return new provider.Class(...args.map((argument) => argument(within)));
      };
    }
    case 'adopted':
      return () => provider.container.resolve(provider.from);
  }
}

/** Returns the `get` of a binding that is not a singleton; it compiles itself when it is first called. */
export function compileOnFirstUse(binding: Binding, root: ScopeState): Get {
  return (scope) => {
    const make = compileMake(binding, root);
    binding.get = binding.provider.kind === 'adopted' ? make : binding.scope === 'request' ? oncePerScope(binding, make) : afresh(binding, make);
    return binding.get(scope);
  };
}

const afresh = (binding: Binding, make: Get): Get => (scope) => synchronous(binding, make(scope));

function oncePerScope(binding: Binding, make: Get): Get {
  const { id, provider } = binding;
  return (scope) => {
    if (scope.isRoot) throw new DependencyScopeRequired({ id }, { message: `"${id}" is request-scoped: resolve it from container.createScope().` });
    if (scope.has(binding)) return scope.value(binding);
    const value = synchronous(binding, make(scope));
    scope.keep(binding, value);
    const dispose = disposerOf(provider, value);
    if (dispose) scope.defer(id, dispose);
    return value;
  };
}

function synchronous({ id, scope }: Binding, value: unknown): unknown {
  if (!types.isPromise(value)) return value;
  value.catch(() => {}); // the error below is what the caller learns
  throw new DependencyAsync({ id, scope }, { message: `The factory of "${id}" returned a promise; only singletons may be created asynchronously.` });
}

/** How a value is released: by its provider, by itself, or, if it is a tsyringe class, by the method that tsyringe calls. */
export function disposerOf({ hooks: { dispose }, kind }: Provider, value: unknown): (() => unknown) | undefined {
  if (dispose === false || kind === 'adopted') return undefined;
  if (dispose) return () => dispose(value);
  return disposeOf(value) ?? (kind === 'class' ? tsyringeDisposer(value as { dispose?: unknown }) : undefined);
}

const tsyringeDisposer = (value: { dispose?: unknown }): (() => unknown) | undefined =>
  typeof value.dispose === 'function' && value.dispose.length === 0 ? (value.dispose as () => unknown).bind(value) : undefined;
