import type { HealthCheck } from '@org/enterprise-kernel';
import { createContainer, type Container, type ContainerOptions } from './container.js';
import { ContainerNotStarted, ContainerStopped, RegistrationLate } from './errors.js';
import type { Key } from './key.js';
import type { LifecycleState } from './lifecycle.js';
import type { Module } from './module.js';
import type { StartReport } from './start-report.js';

export interface ApplicationOptions extends Omit<ContainerOptions, 'modules'> {
  /** @default [] */
  readonly modules?: readonly Module[];
}

/** A container that modules can still be added to until it starts. */
export interface Application extends AsyncDisposable {
  readonly state: LifecycleState;
  /** Fails unless the application is ready: before and during the start, and as soon as a stop begins. */
  readonly readiness: HealthCheck;
  /** Adds modules. @throws REGISTRATION_LATE once the start has begun */
  register(...modules: readonly Module[]): void;
  /**
   * Checks the graph of everything registered and freezes it, without building anything; the start does it otherwise.
   * @throws DEPENDENCY_GRAPH_INVALID with every fault at once
   */
  check(): Container;
  /** Checks, builds and starts; see {@link Container.start}. */
  start(): Promise<StartReport>;
  /** Returns the value of a token or class; usable detached, as a kernel `Resolve`. */
  readonly resolve: <V>(key: Key<V>) => V;
  /** Takes everything down in order; see {@link Container.stop}. */
  stop(): Promise<void>;
}

/** Makes an application: register first, then start. */
export function createApplication({ modules = [], ...options }: ApplicationOptions = {}): Application {
  const registered = [...modules];
  let container: Container | undefined;
  let starting: Promise<StartReport> | undefined;
  let stoppedEarly: Promise<void> | undefined;

  const check = (): Container => (container ??= createContainer({ ...options, modules: registered }));
  const start = async (): Promise<StartReport> => {
    if (stoppedEarly && !container) throw new ContainerStopped({ what: 'container' }, { message: 'The application was stopped before it was started.' });
    return check().start();
  };
  const stop = (): Promise<void> => container?.stop() ?? (stoppedEarly ??= Promise.resolve());
  const state = (): LifecycleState => container?.state ?? (stoppedEarly ? 'stopped' : 'created');

  return {
    get state() { return state(); },
    readiness: {
      name: 'application',
      check: async () => {
        if (state() !== 'ready') throw new Error(`The application is ${state()}.`);
      },
    },
    register(...late) {
      if (container || stoppedEarly) {
        const names = late.map(({ name }) => name);
        throw new RegistrationLate({ modules: names }, { message: `Too late to register ${names.join(', ')}: the graph is already checked. Register modules before check() and start().` });
      }
      registered.push(...late);
    },
    check,
    start: () => (starting ??= start()),
    resolve: (key) => {
      if (container) return container.resolve(key);
      throw new ContainerNotStarted({ id: typeof key === 'function' ? key.name : key.id });
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
