import type { ClassParameter } from './class-parameters.js';
import type { ScopeState } from './scope-state.js';
import type { EngineKey } from './key.js';
import type { ModuleRef } from './module.js';
import type { Provider, ProviderScope } from './provider.js';

/** One provider's place in the graph. */
export interface Binding {
  readonly key: EngineKey;
  readonly id: string;
  readonly module: ModuleRef;
  readonly provider: Provider;
  readonly scope: ProviderScope;
  readonly edges: Edge[];
  /** Constructor parameters of a class provider. */
  readonly parameters: readonly ClassParameter[];
  /** Returns the value for a scope; until the runtime replaces it, it refuses. */
  get: (scope: ScopeState) => unknown;
}

/** One thing that a provider asks for. */
export interface Edge {
  /** The name in `deps`, or `#0` for the first constructor parameter. */
  readonly name: string;
  readonly target: Binding;
  /** Resolved when it is used, not when the asking value is made. */
  readonly lazy: boolean;
}

/** What a provider asks for, before it is known whether anybody provides it. */
export interface Want {
  readonly name: string;
  readonly key: EngineKey;
  readonly id: string;
  readonly lazy: boolean;
  readonly optional: boolean;
}

export type Bindings = ReadonlyMap<EngineKey, Binding>;
