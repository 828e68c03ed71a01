import type { Binding } from './binding.js';
import type { ScopeState } from './scope-state.js';

/** Makes the `deps` object of a factory for a scope. */
export type MakeDeps = (scope: ScopeState) => Readonly<Record<string, unknown>>;

/**
 * Prepares the dependencies of a factory, so that nothing is looked up when it is called.
 *
 * Singletons are read once, here: whoever compiles does so after they are built.
 */
export function compileDeps(binding: Binding, root: ScopeState): MakeDeps {
  const template: Record<string, unknown> = {};
  const varying: { readonly name: string; readonly target: Binding; readonly lazy: boolean }[] = [];
  for (const edge of binding.edges) {
    const { name, target, lazy } = edge;
    const fixed = target.scope === 'singleton';
    template[name] = fixed ? (lazy ? () => target.get(root) : target.get(root)) : undefined;
    if (!fixed) varying.push(edge);
  }
  if (varying.length === 0) {
    Object.freeze(template);
    return () => template;
  }
  return (scope) => {
    const deps = { ...template };
    for (const { name, target, lazy } of varying) deps[name] = lazy ? () => target.get(scope) : target.get(scope);
    return deps;
  };
}
