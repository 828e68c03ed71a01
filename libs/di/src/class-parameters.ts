import 'reflect-metadata';
import type { Class, EngineKey } from './key.js';

/** One constructor parameter as tsyringe's decorators or the compiler's metadata describe it. */
export interface ClassParameter {
  /** What to resolve; the object that `delay()` returns where that was used. */
  readonly token: EngineKey | Delayed;
  /** From `@injectAll`. */
  readonly multiple: boolean;
  readonly optional: boolean;
  /** From `@injectWithTransform`. */
  readonly transform: { readonly by: EngineKey; readonly args: readonly unknown[] } | undefined;
}

/** What tsyringe's `delay()` returns. */
export interface Delayed { wrap(): Class; createProxy(create: (target: Class) => unknown): unknown }

interface Descriptor {
  readonly token: ClassParameter['token'];
  readonly multiple?: boolean;
  readonly isOptional?: boolean;
  readonly transform?: EngineKey;
  readonly transformArgs?: readonly unknown[];
}

// What the compiler writes for an interface, a union or a primitive.
const meaningless: ReadonlySet<unknown> = new Set([undefined, Object, String, Number, Boolean, Array, Function, Symbol, BigInt, Promise]);

export const isDelayed = (token: unknown): token is Delayed => typeof token === 'object' && token !== null && 'createProxy' in token;

const isInjectable = (token: unknown): token is EngineKey | Delayed =>
  typeof token === 'string' || typeof token === 'symbol' || typeof token === 'function' || isDelayed(token);

/**
 * Reads what a class wants injected; `undefined` stands for a parameter that nobody described.
 *
 * It reads the metadata itself instead of tsyringe's table, so that a class decorated by another copy of tsyringe, or
 * one whose parameters alone are decorated, is understood as well.
 */
export function parametersOf(target: Class): (ClassParameter | undefined)[] {
  const types = (Reflect.getMetadata('design:paramtypes', target) ?? []) as unknown[];
  const injected = (Reflect.getOwnMetadata('injectionTokens', target) ?? {}) as Record<number, unknown>;
  const positions = Math.max(target.length, types.length, ...Object.keys(injected).map((position) => Number(position) + 1));
  const parameters = Array.from({ length: positions }, (_, position) => describe(injected[position] ?? types[position]));
  // A trailing parameter with a default value that nobody described keeps its default.
  while (parameters.length > target.length && !parameters.at(-1)) parameters.pop();
  return parameters;
}

function describe(found: unknown): ClassParameter | undefined {
  if (meaningless.has(found)) return undefined;
  if (isInjectable(found)) return { token: found, multiple: false, optional: false, transform: undefined };
  const { token, multiple = false, isOptional = false, transform, transformArgs = [] } = found as Descriptor;
  // Some compilers write the token where an interface shares its name; others do not, so it does not count.
  if (!isInjectable(token)) return undefined;
  return {
    token,
    multiple,
    optional: isOptional,
    transform: transform === undefined ? undefined : { by: transform, args: transformArgs },
  };
}
