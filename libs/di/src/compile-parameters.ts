import type { Binding } from './binding.js';
import { isDelayed, type ClassParameter } from './class-parameters.js';
import type { EngineKey } from './key.js';
import type { ScopeState } from './scope-state.js';

type Argument = (scope: ScopeState) => unknown;

interface Transform { transform(value: unknown, ...args: readonly unknown[]): unknown }

/**
 * Prepares the arguments of a decorated class.
 *
 * What is not simply one of our values, or is intercepted, is resolved by tsyringe, where every provider is registered
 * too: `delay`, `injectAll`, transforms and interceptors do what they always did.
 */
export function compileParameters({ parameters, edges }: Binding, intercepted: ReadonlySet<unknown>): Argument[] {
  return parameters.map((parameter, position) => {
    const throughTsyringe = compileParameter(parameter);
    const target = edges.find(({ name }) => name === `#${position}`)?.target;
    if (!target || isDelayed(parameter.token) || parameter.multiple || parameter.transform) return throughTsyringe;
    const { token } = parameter;
    return (scope) => (intercepted.size > 0 && intercepted.has(token) ? throughTsyringe(scope) : target.get(scope));
  });
}

function compileParameter({ token, multiple, optional, transform }: ClassParameter): Argument {
  const key = token as EngineKey;
  const find: Argument = isDelayed(token)
    ? ({ engine }) => token.createProxy((target) => engine.resolve(target))
    : multiple
      ? ({ engine }) => (optional && !engine.isRegistered(key, true) ? [] : engine.resolveAll(key))
      : ({ engine }) => (optional && !engine.isRegistered(key, true) ? undefined : engine.resolve(key));
  if (!transform) return find;
  const { by, args } = transform;
  return (scope) => scope.engine.resolve<Transform>(by as EngineKey & symbol).transform(find(scope), ...args);
}
