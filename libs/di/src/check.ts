import type { Binding } from './binding.js';
import type { GraphFault } from './graph-fault.js';
import { DependencyGraphInvalid } from './errors.js';

/** Throws one error with every fault, if there are any. */
export function assertSound(faults: readonly GraphFault[]): void {
  if (faults.length === 0) return;
  const heading = `The dependency graph has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:`;
  throw new DependencyGraphInvalid({ faults }, { message: [heading, ...faults.map(({ code, message }) => `  ${code}  ${message}`)].join('\n') });
}

/** Adds the faults that show only once everything is connected. */
export function checkGraph(bindings: Iterable<Binding>, faults: GraphFault[]): void {
  const all = new Set(bindings);
  faults.push(...cycles(all));
  for (const binding of all) faults.push(...captives(binding), ...asyncFactory(binding), ...unusedHooks(binding));
}

/** Depth first; an edge back into the path being walked closes a cycle. */
function cycles(bindings: Iterable<Binding>): GraphFault[] {
  const found: GraphFault[] = [];
  const done = new Set<Binding>();
  const path: Binding[] = [];
  const visit = (binding: Binding): void => {
    const start = path.indexOf(binding);
    if (start >= 0) {
      const cycle = [...path.slice(start), binding];
      found.push(fault('CYCLE', cycle, `${chain(cycle)}: they need each other; break the cycle, or ask for one of them by lazy(...).`));
      return;
    }
    if (done.has(binding)) return;
    path.push(binding);
    for (const { target, lazy } of binding.edges) if (!lazy) visit(target);
    path.pop();
    done.add(binding);
  };
  for (const binding of bindings) visit(binding);
  return found;
}

/** Paths from a singleton to the request-scoped values that it would keep, directly or inside transients. */
function captives(singleton: Binding): GraphFault[] {
  if (singleton.scope !== 'singleton') return [];
  const found: GraphFault[] = [];
  const seen = new Set<Binding>();
  const visit = (binding: Binding, path: readonly Binding[]): void => {
    for (const { target } of binding.edges) {
      if (target.scope === 'singleton' || seen.has(target)) continue;
      seen.add(target);
      const longer = [...path, target];
      if (target.scope === 'transient') visit(target, longer);
      else found.push(fault('CAPTIVE', longer, `${chain(longer)}: the singleton would keep a value that belongs to one request; make "${singleton.id}" request-scoped, or pass the value to its methods.`));
    }
  };
  visit(singleton, [singleton]);
  return found;
}

function asyncFactory(binding: Binding): GraphFault[] {
  const { provider, scope } = binding;
  if (scope === 'singleton' || provider.kind !== 'factory' || provider.create.constructor.name !== 'AsyncFunction') return [];
  return [fault('ASYNC_FACTORY', [binding], `"${binding.id}" (module ${binding.module.path}) is ${scope === 'request' ? 'request-scoped' : 'transient'} and its factory is async; only singletons may be.`)];
}

function unusedHooks(binding: Binding): GraphFault[] {
  const { scope, provider: { hooks } } = binding;
  const never = scope === 'singleton' ? [] : (['start', 'drain', 'stop', ...(scope === 'transient' ? ['dispose' as const] : [])] as const);
  const unused = never.filter((hook) => hooks[hook]);
  if (unused.length === 0) return [];
  return [fault('UNUSED_HOOK', [binding], `"${binding.id}" (module ${binding.module.path}) is ${scope === 'request' ? 'request-scoped' : 'transient'}, so its ${unused.join(', ')} would never run.`)];
}

const chain = (path: readonly Binding[]): string => path.map(({ id, module }) => `"${id}" (${module.path})`).join(' -> ');

const fault = (code: GraphFault['code'], path: readonly Binding[], message: string): GraphFault =>
  ({ code, message, path: path.map(({ id }) => id), modules: [...new Set(path.map(({ module }) => module.name))] });
