import { ContainerStopped } from './errors.js';
import { idOf, type Key } from './key.js';
import type { Runtime } from './runtime.js';
import { ScopeState } from './scope-state.js';

/** The values of one request, message or job: made when they are first asked for, gone when the scope is disposed of. */
export interface RequestScope extends AsyncDisposable {
  /** Returns the value of a token or class; usable detached, as a kernel `Resolve`. */
  readonly resolve: <V>(key: Key<V>) => V;
}

export function requestScope(runtime: Runtime): RequestScope {
  const state = new ScopeState(runtime.engine, runtime.root);
  let disposed = false;
  return {
    resolve: (key) => {
      if (disposed) throw new ContainerStopped({ what: 'scope' }, { message: `"${idOf(key)}" was asked for after its scope had been disposed of.` });
      return runtime.value(key, state);
    },
    [Symbol.asyncDispose]: () => {
      disposed = true;
      return state.dispose();
    },
  };
}
