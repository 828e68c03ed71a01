import { noopLogger, systemClock, type Clock, type Logger } from '@org/enterprise-kernel';
import type { DependencyContainer } from 'tsyringe';
import { buildOrder } from './build-order.js';
import { assertSound, checkGraph } from './check.js';
import { defaultEngine } from './engine.js';
import type { GraphFault } from './graph-fault.js';
import { dependencyGraph, type DependencyGraph } from './graph.js';
import type { Key } from './key.js';
import { Lifecycle, type LifecycleState, type StopOptions } from './lifecycle.js';
import { linkProviders } from './link.js';
import type { Module } from './module.js';
import type { Provider } from './provider.js';
import { requestScope, type RequestScope } from './request-scope.js';
import { Runtime } from './runtime.js';
import type { StartReport } from './start-report.js';

export interface ContainerOptions {
  readonly modules: readonly Module[];
  /** Providers that take the place of the modules' own, for tests. @default [] */
  readonly overrides?: readonly Provider[];
  /** Gets one line for the start and two for the stop. @default noopLogger */
  readonly logger?: Logger;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Deadlines of a stop. */
  readonly stop?: StopOptions;
  /** Runs last in a start; its failure fails the start. @default nothing */
  readonly onReady?: (container: Container) => unknown;
  /** The tsyringe container under which this one stands: what is registered there can be asked for here. @default tsyringe's global one */
  readonly tsyringe?: DependencyContainer;
}

/** A checked graph of providers, and the values made by it. */
export interface Container extends AsyncDisposable {
  readonly state: LifecycleState;
  readonly graph: DependencyGraph;
  /** The tsyringe container in which every provider is registered, for code that expects one. */
  readonly tsyringe: DependencyContainer;
  /**
   * Builds the singletons one after the other, each after what it needs and otherwise in the order of modules, then
   * runs their start hooks in the same order. A second call returns the first one's promise.
   *
   * Rejects with `START_FAILED` once everything built so far is down again, or with `START_ABORTED`.
   */
  start(): Promise<StartReport>;
  /** Returns the value of a token or class; usable detached, as a kernel `Resolve`. */
  readonly resolve: <V>(key: Key<V>) => V;
  /** Opens a scope for request-scoped values. */
  createScope(): RequestScope;
  /**
   * Drains, stops and disposes, each in reverse order of the start. A second call returns the first one's promise.
   *
   * Rejects with kernel's `DisposalError` of every failure, once everything has had its turn.
   */
  stop(): Promise<void>;
}

/**
 * Connects the providers of modules and checks the graph without building anything.
 * @throws DEPENDENCY_GRAPH_INVALID with every fault at once
 */
export function createContainer(options: ContainerOptions): Container {
  const { modules, overrides = [], logger = noopLogger, clock = systemClock, stop = {}, onReady, tsyringe = defaultEngine } = options;
  const engine = tsyringe.createChildContainer();
  const faults: GraphFault[] = [];
  const bindings = linkProviders(modules, overrides, engine, faults);
  checkGraph(bindings.values(), faults);
  assertSound(faults);

  const runtime = new Runtime(bindings, engine);
  const lifecycle = new Lifecycle(buildOrder(bindings.values()), runtime, { clock, logger, stop, onReady: () => onReady?.(container) });
  const { root } = runtime;
  const container: Container = {
    get state() { return lifecycle.state; },
    graph: dependencyGraph(bindings.values()),
    tsyringe: engine,
    start: () => lifecycle.start(),
    resolve: (key) => runtime.value(key, root),
    createScope: () => requestScope(runtime),
    stop: () => lifecycle.stop(),
    [Symbol.asyncDispose]: () => lifecycle.stop(),
  };
  return container;
}
