import { isDelayed, type ClassParameter } from './class-parameters.js';
import type { EngineKey } from './key.js';
import type { ScopeState } from './scope-state.js';

type Argument = (scope: ScopeState) => unknown;

interface Transform { transform(value: unknown, ...args: readonly unknown[]): unknown }

/**
 * Prepares the arguments of a decorated class.
 *
 * They are resolved by tsyringe, where every provider is registered too: `delay`, `injectAll`, transforms and
 * interceptors do what they always did.
 */
export function compileParameters(parameters: readonly ClassParameter[]): (scope: ScopeState) => unknown[] {
  const compiled = parameters.map(compileParameter);
  return (scope) => compiled.map((argument) => argument(scope));
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
