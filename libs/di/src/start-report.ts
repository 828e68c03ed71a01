import { formatMilliseconds } from '@org/enterprise-kernel';
import type { Binding } from './binding.js';
import { drawTree, type TextTree } from './text-tree.js';

export interface StartReportEntry {
  readonly id: string;
  /** The module and the imports that led to it, e.g. `shop > order`. */
  readonly module: string;
  /** How long the factory took, in milliseconds. */
  readonly build: number;
  /** How long the start hook took, in milliseconds; 0 without one. */
  readonly start: number;
}

/** How long a start took and what in it. */
export interface StartReport {
  /** The whole, in milliseconds. */
  readonly milliseconds: number;
  /** Singletons in the order in which they were built. */
  readonly entries: readonly StartReportEntry[];
  /** Draws modules and their singletons as a tree with times. */
  toText(): string;
}

/** Collects the times of a start. */
export class StartTimes {
  readonly #build = new Map<Binding, number>();
  readonly #start = new Map<Binding, number>();

  built(binding: Binding, milliseconds: number): void {
    this.#build.set(binding, milliseconds);
  }
  started(binding: Binding, milliseconds: number): void {
    this.#start.set(binding, milliseconds);
  }

  report(milliseconds: number): StartReport {
    const entries = [...this.#build].map(([binding, build]) => ({
      id: binding.id, module: binding.module.path, build, start: this.#start.get(binding) ?? 0,
    }));
    return { milliseconds, entries, toText: () => textOf(milliseconds, entries) };
  }
}

interface MutableTree extends TextTree { readonly children: MutableTree[]; total: number; label: string }

function textOf(milliseconds: number, entries: readonly StartReportEntry[]): string {
  const root: MutableTree = { label: `started in ${formatMilliseconds(milliseconds)}`, children: [], total: milliseconds };
  const modules = new Map<string, MutableTree>();
  const moduleTree = (path: string): MutableTree => {
    const known = modules.get(path);
    if (known) return known;
    const cut = path.lastIndexOf(' > ');
    const tree: MutableTree = { label: '', children: [], total: 0 };
    (cut < 0 ? root : moduleTree(path.slice(0, cut))).children.push(tree);
    modules.set(path, tree);
    return tree;
  };
  for (const { id, module, build, start } of entries) {
    const hook = start > 0 ? `, start ${formatMilliseconds(start)}` : '';
    const tree = moduleTree(module);
    tree.children.push({ label: `${id}  ${formatMilliseconds(build)}${hook}`, children: [], total: 0 });
    tree.total += build + start;
  }
  for (const [path, tree] of modules) tree.label = `${path.split(' > ').at(-1)}  ${formatMilliseconds(tree.total)}`;
  return drawTree(root);
}
