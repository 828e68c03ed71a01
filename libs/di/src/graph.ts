import type { Binding } from './binding.js';
import type { ProviderScope } from './provider.js';
import { drawTree, type TextTree } from './text-tree.js';

export interface GraphNode {
  readonly id: string;
  readonly scope: ProviderScope;
  /** Name of the module that provides it; `tsyringe` for what a tsyringe container outside provides. */
  readonly module: string;
  readonly dependencies: readonly { readonly id: string; readonly lazy: boolean }[];
}

/** Who needs whom, for people and for documents. */
export interface DependencyGraph {
  readonly nodes: readonly GraphNode[];
  /** A tree from what nobody needs down to what needs nothing, with scopes and modules. */
  toText(): string;
  /** A flow chart with one box a module. @see https://mermaid.js.org/syntax/flowchart.html */
  toMermaid(): string;
}

export function dependencyGraph(bindings: Iterable<Binding>): DependencyGraph {
  const all = new Set(bindings);
  for (const binding of all) for (const { target } of binding.edges) all.add(target); // a Set also visits what is added meanwhile
  return {
    nodes: [...all].map(({ id, scope, module, edges }) => ({
      id, scope, module: module.name, dependencies: edges.map(({ target, lazy }) => ({ id: target.id, lazy })),
    })),
    toText: () => textOf([...all]),
    toMermaid: () => mermaidOf([...all]),
  };
}

function textOf(bindings: readonly Binding[]): string {
  const needed = new Set(bindings.flatMap(({ edges }) => edges.filter(({ lazy }) => !lazy).map(({ target }) => target)));
  const drawn = new Set<Binding>();
  const treeOf = (binding: Binding): TextTree => {
    const repeated = drawn.has(binding) && binding.edges.length > 0;
    drawn.add(binding);
    const label = `${binding.id}  ${binding.scope}, ${binding.module.name}${repeated ? '  (see above)' : ''}`;
    const children = repeated ? [] : binding.edges.map(({ target, lazy }) => (lazy ? { label: `${target.id}  (lazy)`, children: [] } : treeOf(target)));
    return { label, children };
  };
  return bindings.filter((binding) => !needed.has(binding)).map((root) => drawTree(treeOf(root))).join('\n');
}

const mermaidShapes = { singleton: ['[', ']'], request: ['([', '])'], transient: ['{{', '}}'] } as const;

function mermaidOf(bindings: readonly Binding[]): string {
  const names = new Map(bindings.map((binding, index) => [binding, `n${index}`]));
  const modules = new Map<string, Binding[]>();
  for (const binding of bindings) modules.set(binding.module.name, [...(modules.get(binding.module.name) ?? []), binding]);
  const quoted = (text: string): string => `"${text.replaceAll('"', '#quot;')}"`;
  const lines = ['flowchart TD'];
  [...modules].forEach(([module, members], index) => {
    lines.push(`  subgraph m${index}[${quoted(module)}]`);
    for (const member of members) {
      const [open, close] = mermaidShapes[member.scope];
      lines.push(`    ${names.get(member)}${open}${quoted(member.id)}${close}`);
    }
    lines.push('  end');
  });
  for (const binding of bindings) {
    for (const { target, lazy } of binding.edges) lines.push(`  ${names.get(binding)} ${lazy ? '-.->' : '-->'} ${names.get(target)}`);
  }
  return lines.join('\n');
}
