import type { DependencyContainer } from 'tsyringe';
import { decoratedScope } from './engine.js';
import type { GraphFault } from './graph-fault.js';
import { engineKeyOf, idOf, type EngineKey } from './key.js';
import { flattenModules, type Module, type ModuleRef } from './module.js';
import { nearest } from './nearest.js';
import type { Provider } from './provider.js';

/** A provider, and where it was registered. */
export interface Registered {
  readonly key: EngineKey;
  readonly id: string;
  readonly module: ModuleRef;
  readonly provider: Provider;
}

/** Gathers the providers of all modules in order, with overrides in the place of what they override. */
export function collectProviders(modules: readonly Module[], overrides: readonly Provider[], faults: GraphFault[]): Map<EngineKey, Registered> {
  const registered = new Map<EngineKey, Registered>();
  for (const { ref, providers } of flattenModules(modules)) {
    for (const provider of providers) {
      const key = engineKeyOf(provider.provides);
      const earlier = registered.get(key);
      // The very same provider in two modules is one binding; they do not contradict each other.
      if (earlier && earlier.provider !== provider) faults.push(duplicate(earlier, ref));
      if (!earlier) registered.set(key, { key, id: idOf(provider.provides), module: ref, provider });
    }
  }
  const overridden = new Set<EngineKey>();
  for (const provider of overrides) {
    const key = engineKeyOf(provider.provides);
    const id = idOf(provider.provides);
    const original = registered.get(key);
    if (!original) faults.push(unknownOverride(id, [...registered.values()].map((entry) => entry.id)));
    else if (overridden.has(key)) faults.push(overriddenTwice(original));
    else registered.set(key, { ...original, provider });
    overridden.add(key);
  }
  return registered;
}

function duplicate({ id, module }: Registered, second: ModuleRef): GraphFault {
  const places = module.path === second.path ? `twice in module ${module.path}` : `in module ${module.path} and in module ${second.path}`;
  return {
    code: 'DUPLICATE',
    message: `"${id}" is provided ${places}; keep one of them, or replace it by an override.`,
    path: [id],
    modules: [...new Set([module.name, second.name])],
  };
}

function unknownOverride(id: string, known: readonly string[]): GraphFault {
  const meant = nearest(id, known);
  return {
    code: 'UNKNOWN_OVERRIDE',
    message: `The override of "${id}" replaces nothing: ${missingText(id, meant)}`,
    path: [id],
    modules: [],
    ...(meant !== undefined && { nearest: meant }),
  };
}

const overriddenTwice = ({ id, module }: Registered): GraphFault => ({
  code: 'DUPLICATE', message: `"${id}" is overridden twice.`, path: [id], modules: [module.name],
});

/** The sentence about something that nobody provides, the same before the start and at run time. */
export const missingText = (id: string, meant: string | undefined): string =>
  `nothing provides "${id}"${meant === undefined ? '.' : `; did you mean "${meant}"?`}`;

/** A class that only tsyringe's metadata mentions takes part as if its module provided it. */
export function impliedClass(container: DependencyContainer, key: EngineKey, module: ModuleRef): Registered | undefined {
  if (typeof key !== 'function' || decoratedScope(container, key) === 'external') return undefined;
  return { key, id: idOf(key), module, provider: { kind: 'class', provides: key, Class: key, scope: undefined, hooks: {} } };
}
