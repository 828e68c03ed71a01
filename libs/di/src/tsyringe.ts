// tsyringe refuses to load without a reflect polyfill; this import must stay first.
import 'reflect-metadata';

/** tsyringe's own decorators and container, loadable without any preparation. */
export {
  autoInjectable, container, delay, inject, injectable, injectAll, injectAllWithTransform, injectWithTransform, Lifecycle, registry, scoped, singleton,
  type DependencyContainer, type InjectionToken,
} from 'tsyringe';
