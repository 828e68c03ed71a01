import { disposalStack, type DisposalStack } from '@org/enterprise-kernel';
import type { DependencyContainer } from 'tsyringe';
import type { Binding } from './binding.js';
import { watchInterceptors } from './engine.js';

/** What one scope has made so far; nothing is allocated before it is needed. */
export class ScopeState {
  /** Keys whose resolution somebody intercepts in tsyringe. */
  readonly intercepted: ReadonlySet<unknown>;
  readonly #engine: DependencyContainer;
  #child: DependencyContainer | undefined;
  #values: Map<Binding, unknown> | undefined;
  #cleanups: DisposalStack | undefined;
  /** The container's own scope, in which no request-scoped value lives. */
  readonly isRoot: boolean;

  constructor(engine: DependencyContainer, root?: ScopeState) {
    this.#engine = engine;
    this.isRoot = root === undefined;
    this.intercepted = root ? root.intercepted : watchInterceptors(engine);
  }

  has(binding: Binding): boolean {
    return this.#values?.has(binding) ?? false;
  }
  value(binding: Binding): unknown {
    return this.#values?.get(binding);
  }
  keep(binding: Binding, value: unknown): void {
    (this.#values ??= new Map()).set(binding, value);
  }
  defer(name: string, dispose: () => unknown): void {
    (this.#cleanups ??= disposalStack()).defer(name, dispose);
  }
  async dispose(): Promise<void> {
    await this.#cleanups?.dispose();
  }

  /** The tsyringe container in which values of this scope are resolved. */
  get engine(): DependencyContainer {
    if (this.isRoot) return this.#engine;
    if (!this.#child) {
      this.#child = this.#engine.createChildContainer();
      owners.set(this.#child, this);
    }
    return this.#child;
  }
}

const owners = new WeakMap<DependencyContainer, ScopeState>();

/** The scope that a tsyringe container resolves for; `undefined` for containers that no scope made. */
export const scopeOfEngine = (engine: DependencyContainer): ScopeState | undefined => owners.get(engine);
