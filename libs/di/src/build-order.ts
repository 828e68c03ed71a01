import type { Binding } from './binding.js';

/** Orders the singletons so that everything comes after what it needs, and otherwise as registered. */
export function buildOrder(bindings: Iterable<Binding>): Binding[] {
  const order: Binding[] = [];
  const seen = new Set<Binding>();
  const visit = (binding: Binding): void => {
    if (seen.has(binding)) return;
    seen.add(binding);
    for (const { target, lazy } of binding.edges) if (!lazy) visit(target);
    if (binding.scope === 'singleton') order.push(binding);
  };
  for (const binding of bindings) visit(binding);
  return order;
}
