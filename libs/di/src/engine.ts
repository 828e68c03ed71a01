import { container as root, Lifecycle, type DependencyContainer } from './tsyringe.js';
import type { Class, EngineKey } from './key.js';
import type { ProviderScope } from './provider.js';

export { root as defaultEngine };

interface Registration {
  readonly provider: { readonly useClass?: Class };
  readonly options: { readonly lifecycle: Lifecycle };
}

// tsyringe has no public way to read a registration back; engine.test.ts fails if a version takes this one away.
const registrationOf = (container: DependencyContainer, key: EngineKey): Registration | null =>
  (container as unknown as { getRegistration(key: EngineKey): Registration | null }).getRegistration(key);

/** What tsyringe's decorators say about a class; anything but a plain class registration is the container's own affair. */
export function decoratedScope(container: DependencyContainer, Decorated: Class): ProviderScope | 'external' {
  const registration = registrationOf(container, Decorated);
  if (!registration) return 'transient';
  if (registration.provider.useClass !== Decorated) return 'external';
  switch (registration.options.lifecycle) {
    case Lifecycle.Singleton: return 'singleton';
    case Lifecycle.ContainerScoped: return 'request';
    case Lifecycle.ResolutionScoped: return 'external';
    default: return 'transient';
  }
}

/** How long a value lives that another tsyringe container provides, as far as a captive check is concerned. */
export const externalScope = (container: DependencyContainer, key: EngineKey): ProviderScope =>
  registrationOf(container, key)?.options.lifecycle === Lifecycle.ContainerScoped ? 'request' : 'transient';

/** Keeps a list of the keys that somebody intercepts in a tsyringe container; others need not go through it. */
export function watchInterceptors(container: DependencyContainer): ReadonlySet<unknown> {
  const watched = new Set<unknown>();
  for (const method of ['beforeResolution', 'afterResolution'] as const) {
    const original = container[method].bind(container) as (...args: unknown[]) => void;
    container[method] = (...args: unknown[]) => {
      watched.add(args[0]);
      original(...args);
    };
  }
  return watched;
}
