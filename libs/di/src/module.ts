import type { Provider } from './provider.js';

/**
 * A named set of providers.
 *
 * It is a plain object and may have further fields for other libraries (routes, subscribers ...): declare it with
 * {@link defineModule} or without an annotation, and its own type is kept.
 */
export interface Module {
  readonly name: string;
  /** Modules that this one needs; they come first in the start. A module that is imported twice counts once. */
  readonly imports?: readonly Module[];
  readonly providers?: readonly Provider[];
}

/** Returns the module as it is, with its own type. */
export const defineModule = <const M extends Module>(module: M): M => module;

/** A module and the imports that led to it, e.g. `shop > order`. */
export interface ModuleRef {
  readonly name: string;
  readonly path: string;
}

export interface FlatModule {
  readonly ref: ModuleRef;
  readonly providers: readonly Provider[];
}

/** Lists modules once each, those imported before those that import them. */
export function flattenModules(modules: readonly Module[]): FlatModule[] {
  const seen = new Set<Module>();
  const flat: FlatModule[] = [];
  const visit = (module: Module, parent: string): void => {
    if (seen.has(module)) return;
    seen.add(module);
    const path = parent ? `${parent} > ${module.name}` : module.name;
    for (const imported of module.imports ?? []) visit(imported, path);
    flat.push({ ref: { name: module.name, path }, providers: module.providers ?? [] });
  };
  for (const module of modules) visit(module, '');
  return flat;
}
