import type { DependencyContainer } from 'tsyringe';
import type { Bindings } from './binding.js';
import { missingText } from './collect.js';
import { compileOnFirstUse } from './compile.js';
import { ContainerNotStarted, ContainerStopped, DependencyUnknown } from './errors.js';
import { describeEngineKey, engineKeyOf, idOf, type EngineKey, type Key } from './key.js';
import { lazyTarget } from './lazy.js';
import { nearest } from './nearest.js';
import { ScopeState, scopeOfEngine } from './scope-state.js';

const none: Bindings = new Map();

/** Resolves bindings: the part of a container that runs while the application serves. */
export class Runtime {
  readonly engine: DependencyContainer;
  readonly root: ScopeState;
  readonly #bindings: Bindings;
  /** Empty before the start and after the stop, so that the state costs the hot path nothing. */
  #live: Bindings = none;
  #closed = false;

  constructor(bindings: Bindings, engine: DependencyContainer) {
    this.engine = engine;
    this.#bindings = bindings;
    this.root = new ScopeState(engine);
    for (const [key, binding] of bindings) {
      if (binding.scope !== 'singleton') binding.get = compileOnFirstUse(binding, this.root);
      const useFactory = binding.scope === 'singleton'
        ? () => this.resolve(key, this.root)
        : (asking: DependencyContainer) => this.resolve(key, scopeOfEngine(asking) ?? this.root);
      engine.register(key as symbol, { useFactory });
    }
  }

  open(): void {
    this.#live = this.#bindings;
  }
  close(): void {
    this.#closed = true;
    this.#live = none;
  }

  resolve(key: EngineKey, scope: ScopeState): unknown {
    const binding = this.#live.get(key);
    return binding ? binding.get(scope) : this.refuse(key);
  }

  /** Resolves what people hold: a token, a class, or a lazy token. */
  value<V>(key: Key<V>, scope: ScopeState): V {
    const engineKey = engineKeyOf(key);
    const binding = this.#live.get(engineKey);
    if (binding) return (scope.intercepted.size > 0 && scope.intercepted.has(engineKey) ? scope.engine.resolve(engineKey as symbol) : binding.get(scope)) as V;
    const target = lazyTarget(key);
    if (target) return (() => this.value(target, scope)) as V;
    return this.refuse(engineKey, idOf(key));
  }

  /** Throws what explains best why there is no value. */
  refuse(key: EngineKey, id = describeEngineKey(key)): never {
    if (this.#closed) throw new ContainerStopped({ what: 'container' }, { message: `"${id}" was asked for after the container had stopped.` });
    if (this.#bindings.has(key)) throw new ContainerNotStarted({ id }, { message: `"${id}" was asked for before the container was started.` });
    const meant = nearest(id, [...this.#bindings.values()].map((binding) => binding.id));
    const text = missingText(id, meant);
    throw new DependencyUnknown({ id, nearest: meant }, { message: text[0]!.toUpperCase() + text.slice(1) });
  }
}
